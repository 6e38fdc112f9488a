// Passkey sign-in (WebAuthn): gets an assertion from the browser and submits it with the form.
'use strict';

for (const form of document.querySelectorAll('form.passkey')) {
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  form.querySelector('button').addEventListener('click', () => submitAssertion(form));
}

async function submitAssertion(form) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(form.dataset.options));
  try {
    const credential = await navigator.credentials.get({ publicKey });
    form.querySelector('input[name=answer]').value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (error) {
    // The user cancelled, or the device has no passkey: stay on the page.
    if (error.name !== 'NotAllowedError' && error.name !== 'AbortError') throw error;
  }
}
