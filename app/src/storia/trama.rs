//! The plot: from a comune and a stretch of days, what happens there, in order of time. Pure: the same comune and the same
//! days always give the same events, so that an interrupted load goes on from where it was.

use std::collections::BTreeMap;

use jiff::civil::{Weekday, time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use kernel::calendario::e_lavorativo;
use kernel::{Data, GiornoMese, tempo};
use protocollo::{Corrispondente, Verso};

use super::caso::Caso;
use super::nomi;
use super::temi::{ATTI, Chi, ENTRATA, Tema, TemaAtto, USCITA, Ufficio, voci};

/// What the plot must know of a comune.
#[derive(Debug, Clone)]
pub(super) struct Luogo {
    pub codice: String,
    pub nome: String,
    pub patrono: Option<GiornoMese>,
    /// About how many registrations.
    pub registrazioni: i64,
    /// It has offices, and the accidents of a long history; otherwise one office and plain days.
    pub completo: bool,
}

/// Something that happens in a comune. Registrations and fascicoli are known by their place in the plot.
#[derive(Debug, Clone)]
pub(super) struct Evento {
    pub quando: Timestamp,
    pub cosa: Cosa,
}

#[derive(Debug, Clone)]
pub(super) enum Cosa {
    Registra(Box<Lettera>),
    Prendi(usize),
    Riassegna { quale: usize, ufficio: &'static str },
    Rettifica { quale: usize, oggetto: String },
    Annulla { quale: usize, provvedimento: usize },
    Oscura { quale: usize },
    Apri { fascicolo: usize, quale: usize },
    Metti { fascicolo: usize, quale: usize },
    Chiudi { fascicolo: usize },
    Pubblica { quale: usize, atto: Atto },
    Sostituisci { quale: usize, foglio: Foglio },
    AnnullaPubblicazione { quale: usize },
    Proroga { quale: usize, interrotto: Data },
    Rimuovi { quale: usize },
    Attesta { quale: usize },
}

#[derive(Debug, Clone)]
pub(super) struct Lettera {
    /// Its place in the plot.
    pub quale: usize,
    pub verso: Verso,
    pub mezzo: &'static str,
    pub oggetto: String,
    pub corrispondenti: Vec<Corrispondente>,
    pub arrivo: Option<Timestamp>,
    pub numero_mittente: String,
    pub data_mittente: Option<Data>,
    pub classe: &'static str,
    pub ufficio: &'static str,
    /// It goes on in the thread of that one.
    pub segue: Option<usize>,
    pub riservata: bool,
    /// None: on paper. The first is the main one.
    pub fogli: Vec<Foglio>,
}

/// A page to be written.
#[derive(Debug, Clone)]
pub(super) struct Foglio {
    pub nome: String,
    pub titolo: String,
    pub mittente: String,
    pub destinatario: String,
    pub oggetto: String,
    pub righe: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Atto {
    pub tipo: &'static str,
    pub numero: String,
    pub richiedente: &'static str,
    pub ultimo_giorno: Option<Data>,
}

/// What happened in `luogo` from `dal` to `al`.
pub(super) fn trama(luogo: &Luogo, dal: Data, al: Data) -> Vec<Evento> {
    let giorni: Vec<Data> =
        dal.series(1.day()).take_while(|g| *g <= al).filter(|g| e_lavorativo(*g, luogo.patrono)).collect();
    if giorni.is_empty() {
        return Vec::new();
    }
    let mut t = Trama {
        luogo,
        giorni,
        caso: Caso::nuovo(&luogo.codice),
        eventi: Vec::new(),
        quante: 0,
        fascicoli: 0,
        atti: 0,
        annullate: 0,
        numeri: BTreeMap::new(),
    };
    // Answers come on top: about one for every four.
    let spontanee = usize::try_from((luogo.registrazioni * 4 / 5).max(1)).unwrap_or(1);
    let mut istanti: Vec<Timestamp> = (0..spontanee).map(|_| t.istante()).collect();
    istanti.sort_unstable();
    for quando in istanti {
        match t.caso.fra(1, 100) {
            1..=19 => t.atto(quando),
            20..=31 => t.uscita(quando),
            _ => t.entrata(quando),
        }
    }
    t.eventi.sort_by_key(|e| e.quando);
    t.eventi
}

struct Trama<'a> {
    luogo: &'a Luogo,
    /// Working days, in order.
    giorni: Vec<Data>,
    caso: Caso,
    eventi: Vec<Evento>,
    quante: usize,
    fascicoli: usize,
    atti: usize,
    annullate: usize,
    /// The last number of each type of act in each year.
    numeri: BTreeMap<(&'static str, i16), i64>,
}

/// The holes of a matter, filled once: the answer says the same things.
type Buchi = Vec<(String, String)>;

impl Trama<'_> {
    // ---- when ----

    /// A minute of office hours, on a day as busy as its weekday and its month.
    fn istante(&mut self) -> Timestamp {
        let giorno = *self.caso.pesato(&self.giorni, |g| affollamento(*g));
        self.alle(giorno)
    }

    fn alle(&mut self, giorno: Data) -> Timestamp {
        let rientro = matches!(giorno.weekday(), Weekday::Tuesday | Weekday::Thursday);
        let minuti = if rientro && self.caso.su_cento(30) {
            self.caso.fra(15 * 60, 17 * 60 + 20)
        } else {
            self.caso.fra(8 * 60 + 15, 13 * 60 + 40)
        };
        tempo::alle(giorno, time(0, 0, 0, 0))
            + SignedDuration::from_mins(minuti)
            + SignedDuration::from_secs(self.caso.fra(0, 59))
    }

    /// A little later: before closing time, or the next working morning; none when the plot ends before.
    fn poco_dopo(&mut self, quando: Timestamp, da: i64, a: i64) -> Option<Timestamp> {
        let giorno = tempo::giorno_a_roma(quando);
        let poi = quando + SignedDuration::from_mins(self.caso.fra(da, a));
        let chiusura = tempo::alle(giorno, time(18, 0, 0, 0));
        if poi < chiusura {
            return Some(poi);
        }
        let domani = self.giorni.iter().copied().find(|g| *g > giorno)?;
        Some(tempo::alle(domani, time(8, 20, 0, 0)) + SignedDuration::from_mins(self.caso.fra(0, 90)))
    }

    /// So many working days later.
    fn dopo_giorni(&mut self, quando: Timestamp, da: i64, a: i64) -> Option<Timestamp> {
        let giorno = tempo::giorno_a_roma(quando);
        let n = usize::try_from(self.caso.fra(da, a)).unwrap_or(1);
        let poi = self.giorni.iter().copied().filter(|g| *g > giorno).nth(n.saturating_sub(1))?;
        Some(self.alle(poi))
    }

    /// True in the last days, when not everything is done yet.
    fn recente(&self, quando: Timestamp, giorni: usize) -> bool {
        let da = self.giorni.len().saturating_sub(giorni);
        self.giorni.get(da).is_none_or(|g| tempo::giorno_a_roma(quando) >= *g)
    }

    fn succede(&mut self, quando: Timestamp, cosa: Cosa) {
        self.eventi.push(Evento { quando, cosa });
    }

    // ---- what ----

    fn di_stagione<T>(
        &mut self,
        temi: &'static [T],
        quando: Timestamp,
        mesi: impl Fn(&T) -> (i8, i8),
        peso: impl Fn(&T) -> u64,
    ) -> &'static T {
        let mese = tempo::giorno_a_roma(quando).month();
        let adesso = |t: &T| {
            let (dal, al) = mesi(t);
            if dal <= al { (dal..=al).contains(&mese) } else { mese >= dal || mese <= al }
        };
        self.caso.pesato(temi, |t| if adesso(t) { peso(t) } else { 0 })
    }

    fn entrata(&mut self, quando: Timestamp) {
        let tema = *self.di_stagione(ENTRATA, quando, |t: &Tema| t.mesi, |t| t.peso);
        let mezzo = self.caso.uno(tema.mezzi);
        let mut buchi = Buchi::new();
        let oggetto = self.riempi(tema.oggetto, quando, &mut buchi);
        let chi = self.corrispondente(tema.chi);
        let su_carta = matches!(mezzo, "mano" | "posta") && self.caso.su_cento(40);
        let fogli = if su_carta {
            Vec::new()
        } else {
            self.fogli(&chi.nome, &self.intestazione(), &oggetto, tema.allegati, &lettera(&tema, &chi.nome))
        };
        let (arrivo, numero_mittente, data_mittente) = self.provenienza(quando, mezzo, tema.chi);
        let suo = self.ufficio(tema.ufficio);
        let sbagliato = self.luogo.completo && suo != enti::UFFICIO && self.caso.su_cento(5);
        let quale = self.nuova();
        let scritta = if self.luogo.completo && self.caso.su_cento(3) { storpia(&oggetto) } else { oggetto.clone() };
        let malscritta = scritta != oggetto;
        self.succede(
            quando,
            Cosa::Registra(Box::new(Lettera {
                quale,
                verso: Verso::Entrata,
                mezzo,
                oggetto: scritta,
                corrispondenti: vec![chi.clone()],
                arrivo: Some(arrivo),
                numero_mittente,
                data_mittente,
                classe: tema.classe,
                ufficio: if sbagliato { enti::UFFICIO } else { suo },
                segue: None,
                riservata: tema.riservata,
                fogli,
            })),
        );
        if self.accidenti(quando, quale, &oggetto, malscritta, tema.risposta.is_empty()) {
            return;
        }
        let mut adesso = quando;
        if sbagliato && let Some(poi) = self.poco_dopo(quando, 20, 120) {
            self.succede(poi, Cosa::Riassegna { quale, ufficio: suo });
            adesso = poi;
        }
        self.prendi(adesso, quale);
        if !tema.risposta.is_empty() {
            self.rispondi(adesso, quale, &tema, &chi, &mut buchi);
        }
    }

    /// Registered twice and annulled, or written wrong and rectified. True when nothing else happens to it.
    fn accidenti(&mut self, quando: Timestamp, quale: usize, giusto: &str, malscritta: bool, puo_cadere: bool) -> bool {
        if malscritta && let Some(poi) = self.poco_dopo(quando, 15, 300) {
            self.succede(poi, Cosa::Rettifica { quale, oggetto: giusto.to_owned() });
        }
        // From the seventh registration on, the first that can be is annulled: in any history, however short.
        let prima = quale >= 6 && self.annullate == 0;
        let cade = puo_cadere && !malscritta && (prima || (self.luogo.completo && self.caso.su_cento(2)));
        let Some(poi) = self.dopo_giorni(quando, 1, 1).filter(|_| cade) else { return false };
        self.annullate += 1;
        self.succede(poi, Cosa::Annulla { quale, provvedimento: self.annullate });
        // Of a registration that should not be there the name need not stay: once, in a long history.
        if self.luogo.completo && self.annullate == 1 {
            self.succede(poi + SignedDuration::from_mins(30), Cosa::Oscura { quale });
        }
        true
    }

    fn prendi(&mut self, quando: Timestamp, quale: usize) {
        let aspetta = self.recente(quando, 3) && self.caso.su_cento(55);
        if let Some(poi) = self.poco_dopo(quando, 10, 240).filter(|_| !aspetta) {
            self.succede(poi, Cosa::Prendi(quale));
        }
    }

    /// The answer, and the fascicolo of the matter if it has one.
    fn rispondi(&mut self, quando: Timestamp, prima: usize, tema: &Tema, chi: &Corrispondente, buchi: &mut Buchi) {
        let fascicolo = (tema.fascicolo && (self.fascicoli == 0 || self.caso.su_cento(60))).then_some(self.fascicoli);
        if let Some(f) = fascicolo
            && let Some(poi) = self.poco_dopo(quando, 2, 15)
        {
            self.fascicoli += 1;
            self.succede(poi, Cosa::Apri { fascicolo: f, quale: prima });
        }
        let Some(poi) = self.dopo_giorni(quando, 2, 18).filter(|_| self.caso.su_cento(75)) else { return };
        let oggetto = self.riempi(tema.risposta, poi, buchi);
        let fogli = self.fogli(
            &self.intestazione(),
            &chi.nome,
            &oggetto,
            &[],
            &[
                "Si riscontra la nota in oggetto e si comunica che l’ufficio ha esaminato la pratica.".to_owned(),
                "Per ogni chiarimento l’ufficio è aperto al pubblico negli orari affissi.".to_owned(),
            ],
        );
        let mezzo = if chi.recapito.contains("pec.") {
            "pec"
        } else if chi.recapito.is_empty() {
            "posta"
        } else {
            "email"
        };
        let quale = self.nuova();
        self.succede(
            poi,
            Cosa::Registra(Box::new(Lettera {
                quale,
                verso: Verso::Uscita,
                mezzo,
                oggetto,
                corrispondenti: vec![chi.clone()],
                arrivo: None,
                numero_mittente: String::new(),
                data_mittente: None,
                classe: tema.classe,
                ufficio: self.ufficio(tema.ufficio),
                segue: Some(prima),
                riservata: tema.riservata,
                fogli,
            })),
        );
        self.prendi(poi, quale);
        let Some(f) = fascicolo else { return };
        let Some(dentro) = self.poco_dopo(poi, 2, 10) else { return };
        self.succede(dentro, Cosa::Metti { fascicolo: f, quale });
        if let Some(fine) = self.dopo_giorni(dentro, 5, 30).filter(|_| self.caso.su_cento(70)) {
            self.succede(fine, Cosa::Chiudi { fascicolo: f });
        }
    }

    fn uscita(&mut self, quando: Timestamp) {
        let tema = *self.di_stagione(USCITA, quando, |t: &Tema| t.mesi, |t| t.peso);
        let oggetto = self.riempi(tema.oggetto, quando, &mut Buchi::new());
        let chi = self.corrispondente(tema.chi);
        let testo = [
            "Si trasmette quanto in oggetto.".to_owned(),
            "Si resta in attesa di un cortese riscontro, ove previsto.".to_owned(),
        ];
        let fogli = self.fogli(&self.intestazione(), &chi.nome, &oggetto, tema.allegati, &testo);
        let mezzo = self.caso.uno(tema.mezzi);
        let quale = self.nuova();
        self.succede(
            quando,
            Cosa::Registra(Box::new(Lettera {
                quale,
                verso: Verso::Uscita,
                mezzo,
                oggetto,
                corrispondenti: vec![chi],
                arrivo: None,
                numero_mittente: String::new(),
                data_mittente: None,
                classe: tema.classe,
                ufficio: self.ufficio(tema.ufficio),
                segue: None,
                riservata: tema.riservata,
                fogli,
            })),
        );
        self.prendi(quando, quale);
    }

    /// An act, registered and published.
    fn atto(&mut self, quando: Timestamp) {
        let tema = *self.di_stagione(ATTI, quando, |a: &TemaAtto| a.mesi, |a| a.peso);
        // Notices have no general term: only a comune that has decided its own publishes them.
        if tema.tipo == "avviso" && !self.luogo.completo {
            return self.uscita(quando);
        }
        let oggetto = self.riempi(tema.oggetto, quando, &mut Buchi::new());
        let anno = tempo::giorno_a_roma(quando).year();
        let numero = self.numero(tema.tipo, anno);
        let ospite = !tema.richiedente.is_empty();
        let mittente = if ospite { tema.richiedente.to_owned() } else { self.intestazione() };
        let fogli = self.fogli(&mittente, "", &oggetto, tema.allegati, &testo_atto(&tema, numero, anno));
        let chi: Vec<_> = ospite.then(|| nomi::pubblica(tema.richiedente)).into_iter().collect();
        let (arrivo, numero_mittente, data_mittente) = self.provenienza(quando, "pec", Chi::Ente(&[]));
        let quale = self.nuova();
        self.succede(
            quando,
            Cosa::Registra(Box::new(Lettera {
                quale,
                verso: if ospite { Verso::Entrata } else { Verso::Interno },
                mezzo: if ospite { "pec" } else { "interno" },
                oggetto: oggetto.clone(),
                corrispondenti: chi,
                arrivo: ospite.then_some(arrivo),
                numero_mittente: if ospite { numero_mittente } else { String::new() },
                data_mittente: data_mittente.filter(|_| ospite),
                classe: tema.classe,
                ufficio: self.ufficio(tema.ufficio),
                segue: None,
                riservata: false,
                fogli,
            })),
        );
        self.prendi(quando, quale);
        let Some(poi) = self.poco_dopo(quando, 5, 90) else { return };
        let ultimo_giorno = tema.scade_fra.map(|n| tempo::giorno_a_roma(poi).saturating_add(n.days()));
        let atto = Atto { tipo: tema.tipo, numero: numero.to_string(), richiedente: tema.richiedente, ultimo_giorno };
        self.succede(poi, Cosa::Pubblica { quale, atto });
        self.atti += 1;
        self.dopo_la_pubblicazione(poi, quale, &tema, &oggetto);
    }

    /// What happens to some acts while they are exposed, and the relata when they no longer are.
    fn dopo_la_pubblicazione(&mut self, quando: Timestamp, quale: usize, tema: &TemaAtto, oggetto: &str) {
        let giorni = match (tema.tipo, tema.scade_fra) {
            (_, Some(n)) => n + 1,
            ("matrimonio", _) => 8,
            ("urbanistica", _) => 45,
            _ => 15,
        };
        let mut fine = giorni;
        // The first of each come early: a short history shows them too.
        let cosa = match self.atti {
            n if n % 20 == 2 => {
                let righe = ["Versione che sostituisce la precedente, con i dati personali omessi.".to_owned()];
                let foglio = self.fogli(&self.intestazione(), "", oggetto, &[], &righe).remove(0);
                Some((
                    2,
                    Cosa::Sostituisci {
                        quale,
                        foglio: Foglio { nome: "versione-con-omissis.pdf".to_owned(), ..foglio },
                    },
                ))
            }
            n if n % 30 == 4 => Some((1, Cosa::AnnullaPubblicazione { quale })),
            n if n % 35 == 6 => {
                fine += 1;
                Some((3, Cosa::Proroga { quale, interrotto: tempo::giorno_a_roma(quando).saturating_add(1.day()) }))
            }
            9 => Some((2, Cosa::Rimuovi { quale })),
            _ => None,
        };
        let (attesa, cosa) = cosa.unzip();
        if let (Some(n), Some(cosa)) = (attesa, cosa)
            && let Some(poi) = self.dopo_giorni(quando, n, n)
            && poi.duration_since(quando) < SignedDuration::from_hours(24 * (giorni - 1))
        {
            let chiude = matches!(cosa, Cosa::AnnullaPubblicazione { .. } | Cosa::Rimuovi { .. });
            self.succede(poi, cosa);
            if chiude {
                return;
            }
        }
        let dopo = tempo::giorno_a_roma(quando).saturating_add((fine + 1).days());
        let primo = self.giorni.iter().copied().filter(|g| *g > dopo).nth(self.caso.posto(3));
        if let Some(giorno) = primo {
            let poi = self.alle(giorno);
            if !self.recente(poi, 6) {
                self.succede(poi, Cosa::Attesta { quale });
            }
        }
    }

    // ---- with which words ----

    fn nuova(&mut self) -> usize {
        self.quante += 1;
        self.quante - 1
    }

    fn numero(&mut self, tipo: &'static str, anno: i16) -> i64 {
        // The year in which the history begins was already under way.
        let primo = self.giorni.first().map(|g| g.year()) == Some(anno);
        let gia = match tipo {
            _ if !primo => 0,
            "determina" => 160,
            "delibera_giunta" => 60,
            "ordinanza" => 25,
            _ => 12,
        };
        let n = self.numeri.entry((tipo, anno)).or_insert(gia);
        *n += 1;
        *n
    }

    fn ufficio(&self, u: Ufficio) -> &'static str {
        if self.luogo.completo { u.codice() } else { enti::UFFICIO }
    }

    fn intestazione(&self) -> String {
        format!("Comune di {}", self.luogo.nome)
    }

    fn corrispondente(&mut self, chi: Chi) -> Corrispondente {
        match chi {
            Chi::Persona => nomi::cittadino(&mut self.caso, &self.luogo.nome),
            Chi::Impresa => nomi::impresa(&mut self.caso),
            Chi::Associazione => nomi::associazione(&mut self.caso, &self.luogo.nome),
            Chi::Ente(quali) => nomi::pubblica(self.caso.uno(quali)),
        }
    }

    /// When it arrived, and the sender's own number and date, for those who have a register.
    fn provenienza(&mut self, quando: Timestamp, mezzo: &str, chi: Chi) -> (Timestamp, String, Option<Data>) {
        let oggi = tempo::giorno_a_roma(quando);
        let arrivo = match mezzo {
            "posta" => tempo::inizio_del_giorno(oggi),
            "mano" => quando - SignedDuration::from_mins(self.caso.fra(1, 10)),
            _ => quando - SignedDuration::from_mins(self.caso.fra(4, 900)),
        };
        if !matches!(chi, Chi::Ente(_)) {
            return (arrivo, String::new(), None);
        }
        let del = oggi.saturating_sub(self.caso.fra(0, 3).days());
        (arrivo, format!("{}/{}", self.caso.fra(100, 48_000), del.year()), Some(del))
    }

    fn fogli(&self, da: &str, a: &str, oggetto: &str, allegati: &[&str], righe: &[String]) -> Vec<Foglio> {
        let foglio = |nome: &str, titolo: &str, righe: Vec<String>| Foglio {
            nome: format!("{nome}.pdf"),
            titolo: titolo.to_owned(),
            mittente: da.to_owned(),
            destinatario: a.to_owned(),
            oggetto: oggetto.to_owned(),
            righe,
        };
        let nome: Vec<&str> = oggetto.split_whitespace().take(5).collect();
        let primo = foglio(&enti::model::slug(&nome.join(" ")), "", righe.to_vec());
        let altri = allegati.iter().map(|a| foglio(a, &a.replace('-', " "), vec![format!("Allegato a: {oggetto}.")]));
        std::iter::once(primo).chain(altri).collect()
    }

    /// Fills the holes; a hole that was filled before keeps its word.
    fn riempi(&mut self, testo: &str, quando: Timestamp, buchi: &mut Buchi) -> String {
        let mut pieno = String::new();
        let mut resto = testo;
        while let Some((prima, dopo)) = resto.split_once('{') {
            let Some((buco, fine)) = dopo.split_once('}') else { break };
            pieno.push_str(prima);
            let detto = buchi.iter().find(|(b, _)| b == buco).map(|(_, parola)| parola.clone());
            let parola = detto.unwrap_or_else(|| self.parola(buco, tempo::giorno_a_roma(quando)));
            pieno.push_str(&parola);
            buchi.push((buco.to_owned(), parola));
            resto = fine;
        }
        pieno + resto
    }

    fn parola(&mut self, buco: &str, oggi: Data) -> String {
        let (anno, mese) = (oggi.year(), oggi.month());
        // Bills and reports are of the time just past.
        let scorso = |ogni: i8| {
            usize::from(((mese - 1) / ogni + 12 / ogni - 1).unsigned_abs()) % usize::from((12 / ogni).unsigned_abs())
        };
        match buco {
            "via" => nomi::via(&mut self.caso).to_owned(),
            "persona" | "persona2" => {
                let (nome, cognome) = nomi::persona(&mut self.caso);
                format!("{nome} {cognome}")
            }
            "n" => self.caso.fra(1, 240).to_string(),
            "nn" => self.caso.fra(1, 9).to_string(),
            "anno" => anno.to_string(),
            "anno_scorso" => (anno - 1).to_string(),
            "anno_prossimo" => (if mese >= 10 { anno + 1 } else { anno }).to_string(),
            "anno_scolastico" => {
                let primo = if mese >= 5 { anno } else { anno - 1 };
                format!("{primo}/{}", primo + 1)
            }
            "mese_scorso" => {
                let scorso = oggi.first_of_month().yesterday().unwrap_or(oggi);
                tempo::in_italiano(scorso).split(' ').nth(1).unwrap_or_default().to_owned()
            }
            "bimestre" => voci(buco)[scorso(2)].to_owned(),
            "trimestre" => voci(buco)[scorso(3)].to_owned(),
            "evento" => eventi_di(mese, &mut self.caso).to_owned(),
            altro => voci(altro).get(self.caso.posto(voci(altro).len())).copied().unwrap_or_default().to_owned(),
        }
    }
}

/// How busy a day is.
fn affollamento(g: Data) -> u64 {
    let giorno = match g.weekday() {
        Weekday::Monday => 12,
        Weekday::Thursday => 11,
        Weekday::Tuesday => 10,
        Weekday::Friday => 7,
        _ => 9,
    };
    let mese = match g.month() {
        8 => 4,
        7 | 12 => 8,
        _ => 10,
    };
    giorno * mese
}

/// The events that people prepare in that month.
fn eventi_di(mese: i8, c: &mut Caso) -> &'static str {
    let tutti = voci("evento");
    let di_stagione: &[usize] = match mese {
        10..=12 => &[3, 4, 8],
        1..=3 => &[0, 4, 6],
        4..=6 => &[0, 2, 5, 7],
        _ => &[1, 2, 5, 6],
    };
    tutti.get(c.uno(di_stagione)).copied().unwrap_or_default()
}

/// Two letters that changed place, as at the keyboard.
fn storpia(oggetto: &str) -> String {
    oggetto.replacen("zione", "zoine", 1).replacen("chiesta", "cheista", 1)
}

fn lettera(tema: &Tema, chi: &str) -> Vec<String> {
    match tema.chi {
        Chi::Persona => vec![
            format!("{chi} chiede quanto in oggetto, e allega ciò che occorre."),
            "Dichiara di aver letto l’informativa sul trattamento dei dati personali.".to_owned(),
        ],
        Chi::Impresa => vec![
            "Si trasmette quanto in oggetto per il seguito di competenza.".to_owned(),
            "I nostri uffici restano a disposizione.".to_owned(),
        ],
        Chi::Associazione => vec![
            "L’associazione chiede quanto in oggetto e si impegna a rispettare le prescrizioni del comune.".to_owned(),
            "Distinti saluti.".to_owned(),
        ],
        Chi::Ente(_) => vec![
            "Si trasmette quanto in oggetto per gli adempimenti di competenza.".to_owned(),
            "Si prega di citare nella risposta il numero di protocollo della presente nota.".to_owned(),
        ],
    }
}

fn testo_atto(tema: &TemaAtto, numero: i64, anno: i16) -> Vec<String> {
    let decide = match tema.tipo {
        "determina" => "DETERMINA di procedere come in oggetto e di imputare la spesa al bilancio.",
        "delibera_giunta" => "LA GIUNTA, a voti unanimi, DELIBERA quanto in oggetto.",
        "delibera_consiglio" => "IL CONSIGLIO, con la maggioranza prescritta, DELIBERA quanto in oggetto.",
        "ordinanza" => "ORDINA quanto in oggetto. Chi non osserva la presente ordinanza è punito a norma di legge.",
        "convocazione" => {
            "Il Consiglio è convocato nella sala del municipio per trattare l’ordine del giorno allegato."
        }
        "bando" => "Le domande si presentano all’ufficio protocollo entro l’ultimo giorno di pubblicazione.",
        "matrimonio" => "Si dà pubblica notizia del matrimonio in oggetto.",
        _ => "Si rende noto quanto in oggetto.",
    };
    vec![
        format!("N. {numero} del {anno}."),
        "Visto il testo unico degli enti locali (D.Lgs. 267/2000) e lo statuto comunale;".to_owned(),
        "Acquisiti i pareri prescritti;".to_owned(),
        decide.to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use std::collections::{BTreeMap, BTreeSet};

    const DAL: Data = date(2025, 11, 25);
    const AL: Data = date(2026, 11, 24);

    fn introdacqua() -> Luogo {
        Luogo { codice: "c_e307".into(), nome: "Introdacqua".into(), patrono: None, registrazioni: 470, completo: true }
    }

    fn lettere<'a>(eventi: &'a [Evento]) -> Vec<(&'a Lettera, Timestamp)> {
        let coppia = |e: &'a Evento| if let Cosa::Registra(l) = &e.cosa { Some((l.as_ref(), e.quando)) } else { None };
        eventi.iter().filter_map(coppia).collect()
    }

    fn quanti(eventi: &[Evento], quale: impl Fn(&Cosa) -> bool) -> usize {
        eventi.iter().filter(|e| quale(&e.cosa)).count()
    }

    #[test]
    fn a_year_looks_like_a_year() {
        let e = trama(&introdacqua(), DAL, AL);
        let l = lettere(&e);
        assert!((400..560).contains(&l.len()), "{} registrations", l.len());
        assert!((40..100).contains(&quanti(&e, |c| matches!(c, Cosa::Pubblica { .. }))));
        let tipi: BTreeSet<&str> = e
            .iter()
            .filter_map(|e| if let Cosa::Pubblica { atto, .. } = &e.cosa { Some(atto.tipo) } else { None })
            .collect();
        assert!(tipi.len() >= 8, "{tipi:?}");
        assert!(quanti(&e, |c| matches!(c, Cosa::Prendi(_))) > 350);
        assert!(quanti(&e, |c| matches!(c, Cosa::Apri { .. })) > 10);
        assert!(quanti(&e, |c| matches!(c, Cosa::Metti { .. })) > 5);
        for (nome, n) in [
            ("annulments", quanti(&e, |c| matches!(c, Cosa::Annulla { .. }))),
            ("erasures", quanti(&e, |c| matches!(c, Cosa::Oscura { .. }))),
            ("rectifications", quanti(&e, |c| matches!(c, Cosa::Rettifica { .. }))),
            ("reassignments", quanti(&e, |c| matches!(c, Cosa::Riassegna { .. }))),
            ("replacements", quanti(&e, |c| matches!(c, Cosa::Sostituisci { .. }))),
            ("annulled publications", quanti(&e, |c| matches!(c, Cosa::AnnullaPubblicazione { .. }))),
            ("extensions", quanti(&e, |c| matches!(c, Cosa::Proroga { .. }))),
            ("removals", quanti(&e, |c| matches!(c, Cosa::Rimuovi { .. }))),
        ] {
            assert!(n >= 1, "no {nome}");
        }
        assert!(quanti(&e, |c| matches!(c, Cosa::Attesta { .. })) > 30);
        let con_allegati = l.iter().filter(|(l, _)| l.fogli.len() > 1).count();
        assert!(con_allegati > 50 && l.iter().any(|(l, _)| l.fogli.is_empty()), "{con_allegati} with attachments");
    }

    #[test]
    fn only_working_days_and_office_hours_in_order() {
        let e = trama(&introdacqua(), DAL, AL);
        assert!(e.is_sorted_by_key(|e| e.quando));
        for e in &e {
            let giorno = tempo::giorno_a_roma(e.quando);
            let ora = tempo::ora_a_roma(e.quando);
            assert!(
                e_lavorativo(giorno, None) && ("08:00".to_owned().."18:01".to_owned()).contains(&ora),
                "{giorno} {ora}"
            );
            assert!((DAL..=AL).contains(&giorno));
        }
        let mesi: BTreeSet<_> = e.iter().map(|e| tempo::giorno_a_roma(e.quando).first_of_month()).collect();
        assert!(mesi.len() >= 12, "every month has its work");
    }

    #[test]
    fn subjects_and_names_vary() {
        let e = trama(&introdacqua(), DAL, AL);
        let l = lettere(&e);
        let mut volte = BTreeMap::<&str, usize>::new();
        for (l, _) in &l {
            *volte.entry(&l.oggetto).or_default() += 1;
        }
        assert!(volte.len() * 10 > l.len() * 6, "{} subjects for {} registrations", volte.len(), l.len());
        assert!(l.iter().all(|(l, _)| !l.oggetto.contains(['{', '}']) && l.oggetto.chars().count() < 200));
        let classi: BTreeSet<&str> = l.iter().map(|(l, _)| l.classe).collect();
        assert!(classi.len() > 25, "{classi:?}");
        let recapiti =
            l.iter().flat_map(|(l, _)| &l.corrispondenti).map(|c| c.recapito.as_str()).filter(|r| !r.is_empty());
        assert!(recapiti.clone().count() > 100 && recapiti.into_iter().all(|r| r.ends_with(".alleanza.test")));
    }

    #[test]
    fn what_follows_comes_after_what_it_follows() {
        let e = trama(&introdacqua(), DAL, AL);
        let mut fatte = BTreeSet::new();
        let mut aperti = BTreeSet::new();
        let mut pubblicate = BTreeSet::new();
        for e in &e {
            match &e.cosa {
                Cosa::Registra(l) => {
                    assert!(l.segue.is_none_or(|s| fatte.contains(&s)));
                    assert!(l.arrivo.is_none_or(|a| a <= e.quando));
                    assert!(fatte.insert(l.quale), "{} twice", l.quale);
                }
                Cosa::Apri { fascicolo, quale } => assert!(fatte.contains(quale) && aperti.insert(*fascicolo)),
                Cosa::Metti { fascicolo, quale } => assert!(fatte.contains(quale) && aperti.contains(fascicolo)),
                Cosa::Chiudi { fascicolo } => assert!(aperti.contains(fascicolo)),
                Cosa::Pubblica { quale, .. } => assert!(fatte.contains(quale) && pubblicate.insert(*quale)),
                Cosa::Prendi(quale)
                | Cosa::Riassegna { quale, .. }
                | Cosa::Rettifica { quale, .. }
                | Cosa::Annulla { quale, .. }
                | Cosa::Oscura { quale } => {
                    assert!(fatte.contains(quale));
                }
                Cosa::Sostituisci { quale, .. }
                | Cosa::AnnullaPubblicazione { quale }
                | Cosa::Proroga { quale, .. }
                | Cosa::Rimuovi { quale }
                | Cosa::Attesta { quale } => {
                    assert!(pubblicate.contains(quale));
                }
            }
        }
    }

    #[test]
    fn a_week_is_a_handful() {
        let luogo =
            Luogo { codice: "c_a318".into(), nome: "Anversa".into(), patrono: None, registrazioni: 9, completo: false };
        let e = trama(&luogo, date(2026, 11, 18), AL);
        let l = lettere(&e);
        assert!((6..=14).contains(&l.len()), "{}", l.len());
        assert!(l.iter().all(|(l, _)| l.ufficio == enti::UFFICIO));
        assert!(trama(&luogo, date(2026, 11, 21), date(2026, 11, 22)).is_empty(), "nobody works on a week end");
    }

    #[test]
    fn the_same_days_tell_the_same_story() {
        let voce = |e: &Evento| format!("{e:?}");
        let (uno, due) = (trama(&introdacqua(), DAL, AL), trama(&introdacqua(), DAL, AL));
        assert_eq!(uno.iter().map(voce).collect::<Vec<_>>(), due.iter().map(voce).collect::<Vec<_>>());
    }
}
