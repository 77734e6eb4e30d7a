// Passkeys. The page holds the question; the browser asks the person and the device; the answer goes back in the form.
const puo = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON && navigator.credentials);

async function chiedi(modulo) {
  const { publicKey } = JSON.parse(modulo.dataset.opzioni);
  if (modulo.dataset.passkey === 'crea') {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
}

async function rispondi(modulo) {
  const esito = modulo.querySelector('[role=status]');
  const bottone = modulo.querySelector('button[type=submit]');
  esito.textContent = 'Conferma sul dispositivo…';
  bottone.disabled = true;
  try {
    modulo.elements.risposta.value = JSON.stringify(await chiedi(modulo));
    modulo.submit();
  } catch {
    esito.textContent = 'Non è arrivata nessuna conferma. Riprova, o scegli un altro modo.';
    bottone.disabled = false;
  }
}

for (const modulo of document.querySelectorAll('form[data-passkey]')) {
  if (!puo) continue;
  modulo.hidden = false;
  modulo.addEventListener('submit', e => {
    // The form leaves by itself when the answer is there: nobody else must count this as its one sending.
    e.preventDefault();
    e.stopPropagation();
    rispondi(modulo);
  });
}
for (const avviso of document.querySelectorAll('[data-senza-passkey]')) avviso.hidden = puo;
