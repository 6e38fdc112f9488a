// Password rules: marks each as met or not met while the user types, and toggles password visibility.
'use strict';

const CLASSES = {
  uppercase: /[A-Z]/g,
  lowercase: /[a-z]/g,
  digits: /[0-9]/g,
  symbols: /[!@#$%^&*()_+\-=[\]{}|']/g,
};

function countFor(rule, password) {
  if (rule === 'length') return [...password].length;
  if (rule === 'classes') return Object.values(CLASSES).filter((kind) => password.match(kind)).length;
  return (password.match(CLASSES[rule]) || []).length;
}

const newPassword = document.getElementById('new');
newPassword.addEventListener('input', () => {
  for (const item of document.querySelectorAll('[data-rule]')) {
    const met = countFor(item.dataset.rule, newPassword.value) >= Number(item.dataset.minimum);
    item.classList.toggle('met', met);
    item.classList.toggle('not-met', !met && newPassword.value !== '');
  }
});

const showToggle = document.getElementById('show');
showToggle.hidden = false;
showToggle.querySelector('input').addEventListener('change', (event) => {
  for (const field of document.querySelectorAll('#old, #new, #again')) {
    field.type = event.target.checked ? 'text' : 'password';
  }
});
