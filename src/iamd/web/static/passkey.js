// Asks the browser for a passkey and sends its answer with the form. The only script that signing in has.
'use strict';

for (const form of document.querySelectorAll('form.passkey')) {
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  form.querySelector('button').addEventListener('click', () => ask(form));
}

async function ask(form) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(form.dataset.options));
  try {
    const credential = await navigator.credentials.get({ publicKey });
    form.querySelector('input[name=answer]').value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (refused) {
    // The person cancelled, or this device has no passkey: the page stays as it is.
    if (refused.name !== 'NotAllowedError' && refused.name !== 'AbortError') throw refused;
  }
}
