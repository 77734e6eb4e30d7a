// Makes vendor/ at the root of the repository from the npm package of Bootstrap Italia: the stylesheet without the rules
// that no page uses, the icons in use, the fonts of pages (woff2) and of PDF (ttf).
// Nothing is written when nothing changed, so that cargo does not rebuild what embeds these files.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const qui = path.dirname(fileURLToPath(import.meta.url));
const radice = path.dirname(qui);
const pacchetto = path.join(qui, 'node_modules/bootstrap-italia');
const vendor = path.join(radice, 'vendor');

const CARATTERI = {
  'fonts/titillium-400.woff2': 'Titillium_Web/titillium-web-v10-latin-ext_latin-regular.woff2',
  'fonts/titillium-600.woff2': 'Titillium_Web/titillium-web-v10-latin-ext_latin-600.woff2',
  'fonts/robotomono-400.woff2': 'Roboto_Mono/roboto-mono-v13-latin-ext_latin-regular.woff2',
  'ttf/titillium-400.ttf': 'Titillium_Web/titillium-web-v10-latin-ext_latin-regular.ttf',
  'ttf/titillium-400-corsivo.ttf': 'Titillium_Web/titillium-web-v10-latin-ext_latin-italic.ttf',
  'ttf/titillium-600.ttf': 'Titillium_Web/titillium-web-v10-latin-ext_latin-600.ttf',
  'ttf/robotomono-400.ttf': 'Roboto_Mono/roboto-mono-v13-latin-ext_latin-regular.ttf',
  'ttf/lora-400.ttf': 'Lora/lora-v20-latin-ext_latin-regular.ttf',
  'ttf/lora-700.ttf': 'Lora/lora-v20-latin-ext_latin-700.ttf',
};

function sotto(cartella) {
  if (!fs.existsSync(cartella)) return [];
  return fs.readdirSync(cartella, { withFileTypes: true }).flatMap(voce => {
    const p = path.join(cartella, voce.name);
    if (voce.isDirectory()) return ['node_modules', 'target'].includes(voce.name) ? [] : sotto(p);
    return voce.isFile() ? [p] : [];
  });
}

// Every file that may name a class or an icon: templates, and the Rust and JavaScript that write markup.
function chiUsaClassi() {
  const tutti = ['platform', 'services', 'app'].flatMap(d => sotto(path.join(radice, d)));
  return tutti
    .filter(f => /\/templates\/.*\.html$|\/(platform\/web|services\/[^/]+)\/src\/.*\.rs$|\/assets\/.*\.js$/.test(f))
    .sort()
    .map(f => ({ f, testo: fs.readFileSync(f, 'utf8') }));
}

async function foglio(fonti, nostro) {
  const { PurgeCSS } = await import('purgecss');
  const { default: CleanCSS } = await import('clean-css');
  const [{ css }] = await new PurgeCSS().purge({
    content: fonti.map(({ f, testo }) => ({ raw: testo, extension: path.extname(f).slice(1) })),
    css: [{ raw: fs.readFileSync(path.join(pacchetto, 'dist/css/bootstrap-italia.min.css'), 'utf8') }],
    variables: true,
    keyframes: true,
    fontFace: true,
    safelist: { variables: [...new Set(nostro.match(/--bs-[\w-]+/g))] },
  });
  return new CleanCSS({ level: 2 }).minify(css).styles;
}

// Icons are named as `icone.svg#it-…` or `icona("it-…")`, where a missing one is an error, or as a plain string such as a
// menu's `icona: "it-…"`, where the same spelling may also be a class of Bootstrap Italia.
function icone(fonti) {
  const usate = new Set();
  for (const { f, testo } of fonti) {
    for (const [, sicura, nome] of testo.matchAll(/(icone\.svg#|icona\(\s*["'])?(?<=["'#])(it-[a-z0-9-]+)/g)) {
      if (fs.existsSync(disegno(nome))) usate.add(nome);
      else if (sicura) rinuncia(`${path.relative(radice, f)}: Bootstrap Italia non ha l'icona ${nome}`);
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${[...usate].sort().map(simbolo).join('')}</svg>`;
}

const disegno = nome => path.join(pacchetto, 'src/svg', `${nome}.svg`);

function simbolo(nome) {
  const svg = fs.readFileSync(disegno(nome), 'utf8');
  const riquadro = /viewBox="([^"]+)"/.exec(svg)?.[1] ?? '0 0 24 24';
  const dentro = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>[\s\S]*$/, '').trim();
  return `<symbol id="${nome}" viewBox="${riquadro}">${dentro}</symbol>`;
}

function rinuncia(perche) {
  console.error(`vendor.mjs: ${perche}`);
  process.exit(1);
}

function scrivi(nome, contenuto) {
  const f = path.join(vendor, nome);
  const nuovo = Buffer.from(contenuto);
  if (fs.existsSync(f) && fs.readFileSync(f).equals(nuovo)) return;
  fs.mkdirSync(path.dirname(f), { recursive: true });
  fs.writeFileSync(f, nuovo);
}

const fonti = chiUsaClassi();
const foglioNostro = path.join(radice, 'platform/web/assets/alleanza.css');
const nostro = fs.existsSync(foglioNostro) ? fs.readFileSync(foglioNostro, 'utf8') : '';
const serratura = ['vendor.mjs', 'package-lock.json'].map(f => fs.readFileSync(path.join(qui, f), 'utf8'));
const impronta = createHash('sha256').update(JSON.stringify([serratura, nostro, fonti])).digest('hex');

const attesi = ['bootstrap-italia.css', 'icone.svg', ...Object.keys(CARATTERI)].map(f => path.join(vendor, f));
const segno = path.join(vendor, '.impronta');
const fatto = attesi.every(f => fs.existsSync(f)) && fs.existsSync(segno) && fs.readFileSync(segno, 'utf8') === impronta;
if (!fatto) {
  if (!fs.existsSync(pacchetto)) rinuncia('manca Bootstrap Italia: esegui  npm ci --prefix tools');
  const css = await foglio(fonti, nostro);
  const svg = icone(fonti);
  scrivi('bootstrap-italia.css', css);
  scrivi('icone.svg', svg);
  for (const [a, da] of Object.entries(CARATTERI)) scrivi(a, fs.readFileSync(path.join(pacchetto, 'dist/fonts', da)));
  scrivi('.impronta', impronta);
  console.log(`vendor/: foglio di stile ${css.length} byte, icone ${svg.split('<symbol').length - 1}, caratteri ${Object.keys(CARATTERI).length}`);
}
