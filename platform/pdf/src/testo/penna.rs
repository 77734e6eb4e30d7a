//! A drawing as a pen would follow it: where each word begins and ends, so that letters drawn apart are read together.
#![allow(clippy::float_arithmetic)] // points on paper, never money

use super::carattere::Carattere;
use super::conto::Conto;
use crate::ricevuto::{Cursore, Gettone, Lettore};
use lopdf::{Dictionary, Object, ObjectId};
use std::collections::HashMap;
use std::rc::Rc;

/// Uncompressed bytes of one drawing.
pub const DISEGNO: usize = 16 << 20;
/// Forms inside forms, and states kept aside.
const PROFONDITA: usize = 12;
const PILA: usize = 256;
/// Operands that one operator takes.
const OPERANDI: usize = 64;
/// Text that is kept.
const TESTO: usize = 2 << 20;
/// A white as wide as this part of the size is a space between words; a step aside as high as this, another line.
const SPAZIO: f64 = 0.17;
const RIGA: f64 = 0.45;

#[derive(Debug, Clone, Copy)]
pub struct Matrice([f64; 6]);

impl Matrice {
    pub const UNA: Matrice = Matrice([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub fn di(numeri: &[f64]) -> Option<Matrice> {
        numeri.try_into().ok().map(Matrice)
    }

    /// First this one, then the other.
    pub fn poi(self, Matrice(n): Matrice) -> Matrice {
        let Matrice(m) = self;
        let riga = |x: f64, y: f64| (x * n[0] + y * n[2], x * n[1] + y * n[3]);
        let ((a, b), (c, d), (e, f)) = (riga(m[0], m[1]), riga(m[2], m[3]), riga(m[4], m[5]));
        Matrice([a, b, c, d, e + n[4], f + n[5]])
    }

    fn sposta(x: f64, y: f64) -> Matrice {
        Matrice([1.0, 0.0, 0.0, 1.0, x, y])
    }

    fn area(self) -> f64 {
        let Matrice([a, b, c, d, ..]) = self;
        (a * d - b * c).abs()
    }
}

#[derive(Clone)]
struct Stato {
    ctm: Matrice,
    font: Option<Rc<Carattere>>,
    corpo: f64,
    fra_lettere: f64,
    fra_parole: f64,
    scala: f64,
    interlinea: f64,
    alzata: f64,
}

impl Stato {
    fn iniziale(ctm: Matrice) -> Stato {
        let (font, corpo, scala) = (None, 0.0, 1.0);
        Stato { ctm, font, corpo, fra_lettere: 0.0, fra_parole: 0.0, scala, interlinea: 0.0, alzata: 0.0 }
    }
}

/// What a page turned out to hold.
#[derive(Default, Clone, Copy)]
pub struct Disegnato {
    /// Codes shown, and those whose letter nobody says.
    pub lettere: usize,
    pub ignote: usize,
    /// Square points covered by pictures.
    pub immagini: f64,
    /// Lines and areas painted.
    pub tratti: usize,
}

pub struct Penna<'p> {
    lettore: &'p Lettore<'p>,
    pub conto: &'p mut Conto,
    pub testo: &'p mut String,
    pub disegnato: Disegnato,
    /// Fonts already read, of this revision.
    caratteri: HashMap<ObjectId, Rc<Carattere>>,
    /// Where the last letter ended.
    fine: Option<(f64, f64)>,
}

/// The resources of a drawing, resolved once.
struct Risorse<'r> {
    font: Dictionary,
    forme: Dictionary,
    tutte: &'r Dictionary,
    /// Fonts written inside the resources, which have no number.
    senza_numero: HashMap<Vec<u8>, Rc<Carattere>>,
}

/// A text object: the matrix of the line and that of the next letter.
struct Righe {
    riga: Matrice,
    punto: Matrice,
}

impl<'p> Penna<'p> {
    pub fn nuova(lettore: &'p Lettore<'p>, conto: &'p mut Conto, testo: &'p mut String) -> Penna<'p> {
        let (disegnato, caratteri) = (Disegnato::default(), HashMap::new());
        Penna { lettore, conto, testo, disegnato, caratteri, fine: None }
    }

    /// Another page, or another thing beside it: nothing goes on from the line of before.
    pub fn a_capo(&mut self) {
        self.fine = None;
        self.separa('\n');
    }

    /// Text that is kept aside, as a line of its own.
    pub fn annota(&mut self, o: &Object) {
        if let Some(testo) = self.lettore.risolvi(o).and_then(|o| lopdf::decode_text_string(&o).ok()) {
            self.a_capo();
            self.scrivi(&testo);
            self.a_capo();
        }
    }

    pub fn scrivi(&mut self, testo: &str) {
        if self.testo.len() + testo.len() <= TESTO {
            self.testo.push_str(testo);
        } else {
            self.conto.troppo = true;
        }
    }

    fn separa(&mut self, segno: char) {
        if self.testo.chars().next_back().is_some_and(|c| !c.is_whitespace()) {
            self.testo.push(segno);
        }
    }

    pub fn segui(&mut self, disegno: &[u8], risorse: &Dictionary, matrice: Matrice, profondita: usize) {
        let sotto =
            |chiave: &[u8]| risorse.get(chiave).ok().and_then(|o| self.lettore.dizionario(o)).unwrap_or_default();
        let (font, forme) = (sotto(b"Font"), sotto(b"XObject"));
        let mut risorse = Risorse { font, forme, tutte: risorse, senza_numero: HashMap::new() };
        let mut stato = Stato::iniziale(matrice);
        let mut pila = Vec::new();
        let mut righe = Righe { riga: Matrice::UNA, punto: Matrice::UNA };
        let mut operandi = Vec::new();
        let mut cursore = Cursore::disegno(disegno);
        while let Some(gettone) = cursore.gettone() {
            if !self.conto.passi(1) {
                return;
            }
            let nome = match gettone {
                Gettone::Operando(o) if operandi.len() < OPERANDI => {
                    operandi.push(o);
                    continue;
                }
                Gettone::Operando(_) => continue,
                Gettone::Operatore(nome) => nome,
            };
            match nome {
                b"q" if pila.len() < PILA => pila.push(stato.clone()),
                b"Q" => stato = pila.pop().unwrap_or(stato),
                b"ID" => {
                    self.disegnato.immagini += stato.ctm.area();
                    cursore.dopo_l_immagine();
                }
                b"Do" => self.mostra(&operandi, &risorse, &stato, profondita),
                _ => self.opera(nome, &operandi, &mut risorse, &mut stato, &mut righe),
            }
            operandi.clear();
        }
    }

    fn opera(&mut self, nome: &[u8], operandi: &[Object], risorse: &mut Risorse, s: &mut Stato, r: &mut Righe) {
        let n = |i: usize| operandi.get(i).and_then(|o| o.as_float().ok()).map_or(0.0, f64::from);
        let byte = |i: usize| operandi.get(i).and_then(|o| o.as_str().ok()).unwrap_or_default();
        match nome {
            b"cm" => {
                if let Some(m) = matrice(operandi) {
                    s.ctm = m.poi(s.ctm);
                }
            }
            b"BT" => *r = Righe { riga: Matrice::UNA, punto: Matrice::UNA },
            b"Tc" => s.fra_lettere = n(0),
            b"Tw" => s.fra_parole = n(0),
            b"Tz" => s.scala = n(0) / 100.0,
            b"TL" => s.interlinea = n(0),
            b"Ts" => s.alzata = n(0),
            b"Tf" => {
                s.font = operandi.first().and_then(|o| o.as_name().ok()).and_then(|f| self.carattere(f, risorse));
                s.corpo = n(1);
            }
            b"Td" => r.sposta(n(0), n(1)),
            b"TD" => {
                s.interlinea = -n(1);
                r.sposta(n(0), n(1));
            }
            b"Tm" => {
                if let Some(m) = matrice(operandi) {
                    *r = Righe { riga: m, punto: m };
                }
            }
            b"T*" => r.sposta(0.0, -s.interlinea),
            b"Tj" => self.stringa(byte(0), s, r),
            b"'" => {
                r.sposta(0.0, -s.interlinea);
                self.stringa(byte(0), s, r);
            }
            b"\"" => {
                (s.fra_parole, s.fra_lettere) = (n(0), n(1));
                r.sposta(0.0, -s.interlinea);
                self.stringa(byte(2), s, r);
            }
            b"TJ" => self.stringhe(operandi, s, r),
            b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" => self.disegnato.tratti += 1,
            // What stands for the drawing, for who cannot see it: said besides, because it may say something else.
            b"BDC" => {
                if let Some(detto) = operandi.get(1).and_then(|o| o.as_dict().ok()?.get(b"ActualText").ok()) {
                    self.annota(detto);
                }
            }
            _ => {}
        }
    }

    fn stringhe(&mut self, operandi: &[Object], s: &Stato, r: &mut Righe) {
        let Some(Object::Array(pezzi)) = operandi.first() else { return };
        self.conto.passi(pezzi.len());
        for p in pezzi {
            match p {
                Object::String(byte, _) => self.stringa(byte, s, r),
                indietro => {
                    let quanto = indietro.as_float().map_or(0.0, f64::from);
                    r.avanza(-quanto / 1000.0 * s.corpo * s.scala);
                }
            }
        }
    }

    fn stringa(&mut self, byte: &[u8], s: &Stato, r: &mut Righe) {
        let Some(font) = &s.font else {
            self.disegnato.lettere += byte.len();
            self.disegnato.ignote += byte.len();
            return;
        };
        self.conto.passi(byte.len() / 16);
        let inizio = r.qui(s);
        self.stacca(inizio, s.corpo.abs());
        let mut parola = String::new();
        for (codice, testo) in font.leggi_codici(byte) {
            self.disegnato.lettere += 1;
            match testo {
                Some(t) => parola.push_str(&t),
                None => {
                    self.disegnato.ignote += 1;
                    parola.push('\u{fffd}');
                }
            }
            let fra_parole = if codice.lungo == 1 && codice.numero == 32 { s.fra_parole } else { 0.0 };
            r.avanza((font.larghezza(codice) * s.corpo + s.fra_lettere + fra_parole) * s.scala);
        }
        self.scrivi(&parola);
        let Matrice([.., x, y]) = r.qui(s);
        self.fine = Some((x, y));
    }

    /// Whether what begins here goes on from what ended there, after a space, or on another line.
    fn stacca(&mut self, Matrice([a, b, _, _, x, y]): Matrice, corpo: f64) {
        let (lungo, Some((x0, y0))) = (a.hypot(b), self.fine) else { return };
        let (dx, dy) = (x - x0, y - y0);
        let (avanti, di_lato) = ((dx * a + dy * b) / lungo, ((dx * b - dy * a) / lungo).abs());
        let misura = corpo * lungo;
        if di_lato > misura * RIGA || avanti < -misura * RIGA {
            self.separa('\n');
        } else if avanti > misura * SPAZIO {
            self.separa(' ');
        }
    }

    fn carattere(&mut self, nome: &[u8], risorse: &mut Risorse) -> Option<Rc<Carattere>> {
        if let Some(gia) = risorse.senza_numero.get(nome) {
            return Some(gia.clone());
        }
        let dove = risorse.font.get(nome).ok()?;
        if let Some(gia) = dove.as_reference().ok().and_then(|id| self.caratteri.get(&id)) {
            return Some(gia.clone());
        }
        let font = Rc::new(Carattere::leggi(self.lettore, &self.lettore.dizionario(dove)?, self.conto));
        match dove.as_reference() {
            Ok(id) => self.caratteri.insert(id, font.clone()),
            Err(_) => risorse.senza_numero.insert(nome.to_vec(), font.clone()),
        };
        Some(font)
    }

    /// A picture, or a drawing inside the drawing.
    fn mostra(&mut self, operandi: &[Object], risorse: &Risorse, s: &Stato, profondita: usize) {
        let forma = operandi.first().and_then(|o| risorse.forme.get(o.as_name().ok()?).ok());
        let Some(Object::Stream(forma)) = forma.and_then(|o| self.lettore.risolvi(o)) else { return };
        match forma.dict.get(b"Subtype").and_then(Object::as_name) {
            Ok(b"Image") => self.disegnato.immagini += s.ctm.area(),
            _ => self.forma(&forma, risorse.tutte, s.ctm, profondita),
        }
    }

    /// A drawing with its own resources, or those of who shows it.
    pub fn forma(&mut self, forma: &lopdf::Stream, sue: &Dictionary, ctm: Matrice, profondita: usize) {
        if profondita >= PROFONDITA {
            self.conto.troppo = true;
            return;
        }
        let Some(disegno) = self.conto.apri(forma, DISEGNO) else { return };
        let risorse = forma.dict.get(b"Resources").ok().and_then(|o| self.lettore.dizionario(o));
        let m = forma.dict.get(b"Matrix").ok().and_then(|o| o.as_array().ok()).and_then(|n| matrice(n));
        self.segui(&disegno, risorse.as_ref().unwrap_or(sue), m.unwrap_or(Matrice::UNA).poi(ctm), profondita + 1);
    }
}

impl Righe {
    fn sposta(&mut self, x: f64, y: f64) {
        self.riga = Matrice::sposta(x, y).poi(self.riga);
        self.punto = self.riga;
    }

    fn avanza(&mut self, quanto: f64) {
        self.punto = Matrice::sposta(quanto, 0.0).poi(self.punto);
    }

    /// Where the next letter begins, on the page.
    fn qui(&self, s: &Stato) -> Matrice {
        Matrice::sposta(0.0, s.alzata).poi(self.punto).poi(s.ctm)
    }
}

fn matrice(operandi: &[Object]) -> Option<Matrice> {
    let numeri: Option<Vec<f64>> = operandi.iter().map(|o| o.as_float().ok().map(f64::from)).collect();
    Matrice::di(&numeri?)
}
