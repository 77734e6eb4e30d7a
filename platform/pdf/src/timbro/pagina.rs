//! Where the top right corner of a page is, as a person sees it.
#![allow(clippy::float_arithmetic)] // points on paper, never money

use crate::ricevuto::{Lettore, Pagina};
use lopdf::Object;

/// Points between the stamp and the two edges.
const MARGINE: f32 = 17.0;

/// The visible part of the page in its own coordinates, and how many quarter turns clockwise it is shown with.
pub struct Foglio {
    sinistra: f32,
    basso: f32,
    destra: f32,
    alto: f32,
    quarti: i64,
    /// Points in one unit of the page.
    unita: f32,
}

impl Foglio {
    pub fn di(lettore: &Lettore, pagina: &Pagina) -> Option<Self> {
        let riquadro = |chiave: &[u8]| rettangolo(lettore, pagina.attributi.get(chiave).ok()?);
        let [sinistra, basso, destra, alto] = match (riquadro(b"MediaBox")?, riquadro(b"CropBox")) {
            (foglio, Some(ritaglio)) => interseca(foglio, ritaglio).unwrap_or(foglio),
            (foglio, None) => foglio,
        };
        let numero = |o: &Object| lettore.risolvi(o)?.as_float().ok();
        let giro = pagina.attributi.get(b"Rotate").ok().and_then(|o| lettore.risolvi(o)?.as_i64().ok());
        let unita = pagina.propri.get(b"UserUnit").ok().and_then(numero).filter(|u| (0.01..=1000.0).contains(u));
        let quarti = giro.unwrap_or(0).rem_euclid(360) / 90;
        Some(Self { sinistra, basso, destra, alto, quarti, unita: unita.unwrap_or(1.0) })
    }

    /// The matrix that lays a stamp of the given size upright in the top right corner, made smaller on a small page.
    pub fn matrice(&self, larghezza: f32, altezza: f32) -> [f32; 6] {
        let (base, verticale) = (self.destra - self.sinistra, self.alto - self.basso);
        let visti = if self.quarti % 2 == 0 { (base, verticale) } else { (verticale, base) };
        let scala = (visti.0 * 0.5 / larghezza).min(visti.1 * 0.25 / altezza).min(1.0 / self.unita);
        let margine = MARGINE * scala;
        // Where the corner is, and which way the reader's right and up point in the page's coordinates.
        let ((x, y), (dx, dy), (sx, sy)) = match self.quarti {
            1 => ((self.sinistra, self.alto), (0.0, 1.0), (-1.0, 0.0)),
            2 => ((self.sinistra, self.basso), (-1.0, 0.0), (0.0, -1.0)),
            3 => ((self.destra, self.basso), (0.0, -1.0), (1.0, 0.0)),
            _ => ((self.destra, self.alto), (1.0, 0.0), (0.0, 1.0)),
        };
        let (indietro, sotto) = (larghezza * scala + margine, altezza * scala + margine);
        [dx * scala, dy * scala, sx * scala, sy * scala, x - dx * indietro - sx * sotto, y - dy * indietro - sy * sotto]
    }
}

fn rettangolo(lettore: &Lettore, oggetto: &Object) -> Option<[f32; 4]> {
    let Object::Array(lati) = lettore.risolvi(oggetto)? else { return None };
    let lati: Option<Vec<f32>> = lati.iter().map(|l| lettore.risolvi(l)?.as_float().ok()).collect();
    let [a, b, c, d] = lati?.try_into().ok()?;
    let lati = [a.min(c), b.min(d), a.max(c), b.max(d)];
    leggibile(&lati).then_some(lati)
}

fn interseca(a: [f32; 4], b: [f32; 4]) -> Option<[f32; 4]> {
    let comune = [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])];
    leggibile(&comune).then_some(comune)
}

/// At least a stamp collector's page, at most a kilometre.
fn leggibile(lati: &[f32; 4]) -> bool {
    let dentro = |n: f32| n.abs() < 3_000_000.0;
    lati.iter().all(|n| dentro(*n)) && lati[2] - lati[0] > 20.0 && lati[3] - lati[1] > 20.0
}
