//! One PDF object at a time, from bytes that a stranger sent: linear time, bounded depth and size, no panic.

use lopdf::{Dictionary, Object, ObjectId, StringFormat};

/// A page's dictionary has tens of values, a large page tree thousands.
const VALORI: usize = 200_000;
const PROFONDITA: usize = 40;
/// Bytes that one object may take, a stream's data excluded.
const ESTENSIONE: usize = 2 << 20;

pub struct Cursore<'a> {
    pdf: &'a [u8],
    pub posizione: usize,
    valori: usize,
    /// `12 0 R` is an object elsewhere; in a drawing it would be two numbers and the start of a word.
    riferimenti: bool,
}

/// A word of a drawing, or what stands before it.
pub enum Gettone<'a> {
    Operando(Object),
    Operatore(&'a [u8]),
}

impl<'a> Cursore<'a> {
    pub fn new(pdf: &'a [u8], posizione: usize) -> Self {
        let fine = posizione.saturating_add(ESTENSIONE).min(pdf.len());
        Self { pdf: &pdf[..fine], posizione, valori: VALORI, riferimenti: true }
    }

    /// Over the whole of a drawing, or of a character map: operands, then the operator that takes them.
    pub fn disegno(disegno: &'a [u8]) -> Self {
        Self { pdf: disegno, posizione: 0, valori: VALORI, riferimenti: false }
    }

    /// The next operand or operator; what is neither is passed over, and never read twice.
    pub fn gettone(&mut self) -> Option<Gettone<'a>> {
        loop {
            self.spazi();
            let inizio = self.posizione;
            let byte = self.guarda()?;
            if byte.is_ascii_alphabetic() || b"'\"".contains(&byte) {
                return Some(match self.finche(|b| !bianco(b) && !delimita(b)) {
                    b"true" => Gettone::Operando(Object::Boolean(true)),
                    b"false" => Gettone::Operando(Object::Boolean(false)),
                    b"null" => Gettone::Operando(Object::Null),
                    parola => Gettone::Operatore(parola),
                });
            }
            self.valori = VALORI;
            if let Some(oggetto) = self.oggetto() {
                return Some(Gettone::Operando(oggetto));
            }
            self.posizione = self.posizione.max(inizio + 1);
        }
    }

    /// Passes over the data of an inline image, which end with `EI` between two separators.
    pub fn dopo_l_immagine(&mut self) {
        let resto = self.resto();
        let fine = resto.windows(3).position(|w| bianco(w[0]) && &w[1..] == b"EI");
        self.posizione = fine.map_or(self.pdf.len(), |n| self.posizione + n + 3);
    }

    pub fn oggetto(&mut self) -> Option<Object> {
        self.valore(PROFONDITA)
    }

    pub fn dizionario(&mut self) -> Option<Dictionary> {
        match self.oggetto()? {
            Object::Dictionary(d) => Some(d),
            _ => None,
        }
    }

    /// `12 0 obj`
    pub fn apertura(&mut self) -> Option<ObjectId> {
        let id = (self.naturale()?, self.naturale()?);
        self.parola(b"obj").then_some(id)
    }

    /// What follows the keyword `stream`, when it is there.
    pub fn flusso(&mut self) -> bool {
        let trovato = self.parola(b"stream");
        if trovato {
            self.salta(b"\r");
            self.salta(b"\n");
        }
        trovato
    }

    pub fn parola(&mut self, parola: &[u8]) -> bool {
        self.spazi();
        self.salta(parola)
    }

    pub fn naturale<N: std::str::FromStr>(&mut self) -> Option<N> {
        self.spazi();
        let cifre = self.finche(|b| b.is_ascii_digit());
        std::str::from_utf8(cifre).ok()?.parse().ok()
    }

    pub fn spazi(&mut self) {
        loop {
            self.finche(bianco);
            if self.guarda() != Some(b'%') {
                return;
            }
            self.finche(|b| b != b'\n' && b != b'\r');
        }
    }

    fn valore(&mut self, profondita: usize) -> Option<Object> {
        self.valori = self.valori.checked_sub(1)?;
        let sotto = profondita.checked_sub(1)?;
        self.spazi();
        match self.guarda()? {
            b'/' => self.nome().map(Object::Name),
            b'(' => self.letterale(),
            b'[' => self.vettore(sotto),
            b'<' if self.salta(b"<<") => self.coppie(sotto),
            b'<' => self.esadecimale(),
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.riferimento().or_else(|| self.numero()),
            b't' if self.salta(b"true") => Some(Object::Boolean(true)),
            b'f' if self.salta(b"false") => Some(Object::Boolean(false)),
            b'n' if self.salta(b"null") => Some(Object::Null),
            _ => None,
        }
    }

    fn vettore(&mut self, sotto: usize) -> Option<Object> {
        self.salta(b"[");
        let mut voci = Vec::new();
        while !self.parola(b"]") {
            voci.push(self.valore(sotto)?);
        }
        Some(Object::Array(voci))
    }

    fn coppie(&mut self, sotto: usize) -> Option<Object> {
        let mut dizionario = Dictionary::new();
        while !self.parola(b">>") {
            let chiave = self.nome()?;
            dizionario.set(chiave, self.valore(sotto)?);
        }
        Some(Object::Dictionary(dizionario))
    }

    fn nome(&mut self) -> Option<Vec<u8>> {
        if !self.salta(b"/") {
            return None;
        }
        let grezzo = self.finche(|b| !bianco(b) && !delimita(b));
        let mut nome = Vec::with_capacity(grezzo.len());
        let mut resto = grezzo;
        while let Some((&byte, dopo)) = resto.split_first() {
            let codice = dopo.get(..2).filter(|_| byte == b'#').and_then(byte_esadecimale);
            nome.push(codice.unwrap_or(byte));
            resto = if codice.is_some() { &dopo[2..] } else { dopo };
        }
        Some(nome)
    }

    /// Kept as hexadecimal, which needs no escapes when the page's dictionary is written again.
    fn letterale(&mut self) -> Option<Object> {
        self.salta(b"(");
        let mut testo = Vec::new();
        let mut aperte = 1_u32;
        loop {
            let byte = self.prendi()?;
            match byte {
                b'(' => aperte = aperte.checked_add(1)?,
                b')' if aperte == 1 => return Some(Object::String(testo, StringFormat::Hexadecimal)),
                b')' => aperte -= 1,
                b'\\' => {
                    self.sequenza(&mut testo)?;
                    continue;
                }
                _ => {}
            }
            testo.push(byte);
        }
    }

    fn sequenza(&mut self, testo: &mut Vec<u8>) -> Option<()> {
        let byte = self.prendi()?;
        match byte {
            b'n' => testo.push(b'\n'),
            b'r' => testo.push(b'\r'),
            b't' => testo.push(b'\t'),
            b'b' => testo.push(8),
            b'f' => testo.push(12),
            b'\n' => {}
            b'\r' => {
                self.salta(b"\n");
            }
            b'0'..=b'7' => {
                let mut codice = u32::from(byte - b'0');
                for _ in 0..2 {
                    if let Some(cifra @ b'0'..=b'7') = self.guarda() {
                        codice = codice * 8 + u32::from(cifra - b'0');
                        self.posizione += 1;
                    }
                }
                testo.push(codice.to_le_bytes()[0]);
            }
            altro => testo.push(altro),
        }
        Some(())
    }

    fn esadecimale(&mut self) -> Option<Object> {
        self.salta(b"<");
        let mut cifre: Vec<u8> = self.finche(|b| b != b'>').iter().copied().filter(|b| !bianco(*b)).collect();
        if cifre.len() % 2 == 1 {
            cifre.push(b'0');
        }
        let testo = cifre.chunks(2).map(byte_esadecimale).collect::<Option<_>>()?;
        self.salta(b">").then_some(Object::String(testo, StringFormat::Hexadecimal))
    }

    fn riferimento(&mut self) -> Option<Object> {
        if !self.riferimenti {
            return None;
        }
        let inizio = self.posizione;
        let id = self.naturale().zip(self.naturale()).filter(|_| self.parola(b"R"));
        if id.is_none() {
            self.posizione = inizio;
        }
        id.map(Object::Reference)
    }

    fn numero(&mut self) -> Option<Object> {
        let cifre = self.finche(|b| b.is_ascii_digit() || b"+-.".contains(&b));
        let cifre = std::str::from_utf8(cifre).ok()?;
        let intero = cifre.parse().ok().map(Object::Integer);
        // Infinity has no digits to be written with again.
        intero.or_else(|| cifre.parse().ok().filter(|n: &f32| n.is_finite()).map(Object::Real))
    }

    fn guarda(&self) -> Option<u8> {
        self.pdf.get(self.posizione).copied()
    }

    fn prendi(&mut self) -> Option<u8> {
        let byte = self.guarda()?;
        self.posizione += 1;
        Some(byte)
    }

    fn salta(&mut self, atteso: &[u8]) -> bool {
        let trovato = self.resto().starts_with(atteso);
        if trovato {
            self.posizione += atteso.len();
        }
        trovato
    }

    fn finche(&mut self, accetta: impl Fn(u8) -> bool) -> &'a [u8] {
        let resto = self.resto();
        let preso = &resto[..resto.iter().position(|b| !accetta(*b)).unwrap_or(resto.len())];
        self.posizione += preso.len();
        preso
    }

    fn resto(&self) -> &'a [u8] {
        self.pdf.get(self.posizione..).unwrap_or_default()
    }
}

fn bianco(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

fn delimita(byte: u8) -> bool {
    b"()<>[]{}/%".contains(&byte)
}

fn byte_esadecimale(cifre: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(cifre).ok()?, 16).ok()
}
