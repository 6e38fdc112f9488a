// Ticks the rules of a new password while it is typed, and shows what was typed on request.
'use strict';

const CLASSES = {
  uppercase: /[A-Z]/g,
  lowercase: /[a-z]/g,
  digits: /[0-9]/g,
  symbols: /[!@#$%^&*()_+\-=[\]{}|']/g,
};

function counted(rule, password) {
  if (rule === 'length') return [...password].length;
  if (rule === 'classes') return Object.values(CLASSES).filter((kind) => password.match(kind)).length;
  return (password.match(CLASSES[rule]) || []).length;
}

const typed = document.getElementById('new');
typed.addEventListener('input', () => {
  for (const line of document.querySelectorAll('[data-rule]')) {
    const kept = counted(line.dataset.rule, typed.value) >= Number(line.dataset.least);
    line.classList.toggle('kept', kept);
    line.classList.toggle('broken', !kept && typed.value !== '');
  }
});

const show = document.getElementById('show');
show.hidden = false;
show.querySelector('input').addEventListener('change', (event) => {
  for (const field of document.querySelectorAll('#old, #new, #again')) {
    field.type = event.target.checked ? 'text' : 'password';
  }
});
