//! The words of the invented facts. No name here is of anybody: first names and surnames are put together by chance.

use protocollo::{Corrispondente, Verso};

use super::caso::Caso;

const NOMI: &[&str] = &[
    "Ada",
    "Agnese",
    "Aldo",
    "Alice",
    "Amelia",
    "Angelo",
    "Anna",
    "Arturo",
    "Beatrice",
    "Bruno",
    "Carla",
    "Caterina",
    "Cesare",
    "Chiara",
    "Claudio",
    "Dario",
    "Delia",
    "Diego",
    "Edoardo",
    "Elena",
    "Emma",
    "Enrico",
    "Ernesto",
    "Ester",
    "Fabio",
    "Federica",
    "Filippo",
    "Franca",
    "Gianni",
    "Giorgio",
    "Giulia",
    "Ida",
    "Irene",
    "Ivo",
    "Lidia",
    "Livio",
    "Lorenzo",
    "Lucia",
    "Luigi",
    "Marco",
    "Margherita",
    "Mario",
    "Marta",
    "Matteo",
    "Nadia",
    "Nicola",
    "Olga",
    "Oreste",
    "Paola",
    "Pietro",
    "Renata",
    "Riccardo",
    "Rosa",
    "Sandro",
    "Silvia",
    "Stefano",
    "Teresa",
    "Ugo",
    "Viola",
    "Vittorio",
];
const COGNOMI: &[&str] = &[
    "Abrate",
    "Actis",
    "Allasia",
    "Aimar",
    "Barberis",
    "Bertone",
    "Bianco",
    "Boero",
    "Bonino",
    "Borgogno",
    "Bosio",
    "Bruno",
    "Burzio",
    "Calliero",
    "Canavese",
    "Carena",
    "Castelli",
    "Cavallo",
    "Cerutti",
    "Chiappero",
    "Cogno",
    "Cravero",
    "Dalmasso",
    "Demaria",
    "Destefanis",
    "Dutto",
    "Fassino",
    "Fenoglio",
    "Ferrero",
    "Fiore",
    "Gallo",
    "Garelli",
    "Gastaldi",
    "Ghione",
    "Giordano",
    "Giraudo",
    "Grosso",
    "Lanza",
    "Lovera",
    "Magliano",
    "Marchisio",
    "Martini",
    "Mattio",
    "Mondino",
    "Musso",
    "Negro",
    "Oberto",
    "Olivero",
    "Pautasso",
    "Pellegrino",
    "Peyrot",
    "Quaglia",
    "Rabino",
    "Ravera",
    "Revello",
    "Rinaudo",
    "Rosso",
    "Sacco",
    "Sandri",
    "Serra",
    "Tallone",
    "Testa",
    "Tosco",
    "Valsania",
    "Vallauri",
    "Viano",
    "Vigna",
    "Viglione",
    "Zanella",
    "Zoppi",
];
const VIE: &[&str] = &[
    "via Roma",
    "via Cavour",
    "piazza Vittorio Veneto",
    "via della Chiesa",
    "borgata San Rocco",
    "via Garibaldi",
    "strada del Mulino",
    "via Provinciale",
    "frazione Sant’Anna",
    "via dei Prati",
    "vicolo del Forno",
    "via Torino",
    "regione Valle",
    "via al Castello",
    "piazza del Mercato",
    "strada della Collina",
    "via Mazzini",
    "cascina Nuova",
];
const IMPRESE: &[&str] = &[
    "Edil Stura s.r.l.",
    "Idrotermica Valle s.n.c.",
    "Cooperativa Il Ponte",
    "Autolinee Monviso s.p.a.",
    "Energia Alta s.p.a.",
    "Officine Tanaro s.r.l.",
    "Verde e Giardini s.s.",
    "Studio tecnico Rio Secco",
    "Ristorazione Collettiva s.r.l.",
    "Ambiente Pulito s.p.a.",
    "Informatica Langa s.r.l.",
    "Costruzioni Sesia s.r.l.",
];
const ENTI: &[&str] = &[
    "Prefettura",
    "Regione Piemonte",
    "Provincia",
    "Agenzia delle entrate",
    "Azienda sanitaria locale",
    "Procura della Repubblica",
    "Ministero dell’Interno",
    "Unione montana",
    "Corte dei conti",
    "Istituto comprensivo",
    "Soprintendenza",
    "Arpa Piemonte",
];

/// What a subject is made of: `{p}` a person, `{v}` a street, `{i}` a firm, `{n}` a number.
struct Modello {
    verso: Verso,
    mezzo: &'static str,
    tipo: &'static str,
    classe: &'static str,
    oggetto: &'static str,
}

const fn m(
    verso: Verso,
    mezzo: &'static str,
    tipo: &'static str,
    classe: &'static str,
    oggetto: &'static str,
) -> Modello {
    Modello { verso, mezzo, tipo, classe, oggetto }
}

use Verso::{Entrata as E, Uscita as U};
const POSTA: &[Modello] = &[
    m(E, "mano", "PF", "XI.2", "Richiesta di certificato di residenza di {p}"),
    m(E, "pec", "PG", "IV.4", "Fattura n. {n} per la fornitura di materiale di manutenzione"),
    m(E, "posta", "PF", "IV.3", "Istanza di rimborso della tassa sui rifiuti per l’immobile di {v}"),
    m(E, "pec", "PA", "VI.10", "Avviso di allerta meteorologica n. {n}"),
    m(E, "pec", "PG", "VI.5", "Preventivo n. {n} per la riparazione del tetto in {v}"),
    m(E, "web", "PF", "VI.3", "Segnalazione certificata di inizio attività per l’immobile di {v}"),
    m(E, "mano", "PF", "VI.3", "Richiesta di permesso di costruire in {v}"),
    m(E, "email", "PF", "IX.4", "Segnalazione di una buca in {v}, davanti al numero {n}"),
    m(E, "pec", "PA", "XII.2", "Revisione semestrale delle liste elettorali"),
    m(E, "email", "PG", "VII.6", "Richiesta di patrocinio per la festa in {v}"),
    m(E, "posta", "PF", "I.6", "Accesso agli atti del procedimento n. {n}"),
    m(E, "pec", "PA", "VII.12", "Riparto del fondo per l’assistenza domiciliare, trimestre {n}"),
    m(E, "mano", "PF", "XI.4", "Domanda di concessione cimiteriale di {p}"),
    m(E, "pec", "PG", "IV.4", "Comunicazione di conto corrente dedicato di {i}"),
    m(E, "posta", "PF", "IV.3", "Richiesta di rateizzazione dell’avviso di accertamento n. {n}"),
    m(E, "web", "PF", "XI.2", "Dichiarazione di cambio di abitazione in {v}"),
    m(U, "pec", "PA", "VI.10", "Trasmissione del piano di protezione civile aggiornato, tavola {n}"),
    m(U, "pec", "PG", "VI.5", "Ordine n. {n} per lavori in {v}"),
    m(U, "posta", "PF", "IV.3", "Avviso di pagamento n. {n}"),
    m(U, "pec", "PG", "IV.4", "Liquidazione della fattura n. {n}"),
    m(U, "email", "PF", "I.6", "Risposta alla richiesta di accesso agli atti n. {n}"),
    m(U, "pec", "PA", "III.1", "Comunicazione della dotazione di personale, modello {n}"),
    m(U, "posta", "PF", "XI.2", "Rilascio del certificato richiesto da {p}"),
    m(U, "pec", "PA", "VI.8", "Richiesta di parere sull’impianto di {v}"),
];

/// Acts, with the type that the albo gives them and how often they come, in a hundred.
const ATTI: &[(u64, &str, &str, &str)] = &[
    (30, "determina", "IV.4", "Affidamento a {i} dei lavori di manutenzione in {v}"),
    (22, "determina", "IV.4", "Liquidazione della fattura n. {n} di {i}"),
    (10, "determina", "III.1", "Impegno di spesa n. {n} per la formazione del personale"),
    (9, "delibera_giunta", "I.7", "Variazione n. {n} al piano esecutivo di gestione"),
    (8, "delibera_giunta", "VI.5", "Approvazione del progetto esecutivo dei lavori in {v}"),
    (5, "delibera_consiglio", "I.6", "Regolamento n. {n}: modifica degli articoli sul commercio"),
    (9, "ordinanza", "IX.4", "Divieto di sosta in {v} per lavori"),
    (4, "bando", "III.1", "Bando n. {n} per la concessione in uso dei locali di {v}"),
    (3, "matrimonio", "XI.1", "Pubblicazione di matrimonio di {p} e {p}"),
];

/// What a registration says.
pub struct Fatto {
    pub verso: Verso,
    pub mezzo: &'static str,
    pub classe: &'static str,
    pub oggetto: String,
    pub corrispondenti: Vec<Corrispondente>,
    /// The type of an act that is published too.
    pub albo: Option<&'static str>,
}

/// Something that arrives, or leaves.
pub fn posta(c: &mut Caso) -> Fatto {
    let m = c.scegli(POSTA);
    let oggetto = riempi(c, m.oggetto);
    let quanti = if c.su_mille(60) { 2 } else { 1 };
    let corrispondenti = (0..quanti).map(|_| corrispondente(c, m.tipo)).collect();
    Fatto { verso: m.verso, mezzo: m.mezzo, classe: m.classe, oggetto, corrispondenti, albo: None }
}

/// An act of the ente, registered inside and then published.
pub fn atto(c: &mut Caso) -> Fatto {
    let mut n = c.meno_di(ATTI.iter().map(|a| a.0).sum());
    let quale = ATTI.iter().find(|a| {
        let suo = n < a.0;
        n = n.saturating_sub(a.0);
        suo
    });
    let (_, tipo, classe, oggetto) = quale.copied().unwrap_or(ATTI[0]);
    let oggetto = riempi(c, oggetto);
    Fatto { verso: Verso::Interno, mezzo: "interno", classe, oggetto, corrispondenti: Vec::new(), albo: Some(tipo) }
}

pub fn persona(c: &mut Caso) -> (&'static str, &'static str) {
    (*c.scegli(NOMI), *c.scegli(COGNOMI))
}

fn corrispondente(c: &mut Caso, tipo: &str) -> Corrispondente {
    let nome = match tipo {
        "PG" => (*c.scegli(IMPRESE)).to_owned(),
        "PA" => (*c.scegli(ENTI)).to_owned(),
        _ => nome_intero(c),
    };
    let indirizzo = if c.su_mille(300) { format!("{} {}", c.scegli(VIE), 1 + c.meno_di(90)) } else { String::new() };
    Corrispondente { indirizzo, ..Corrispondente::nuovo(tipo, &nome) }
}

fn nome_intero(c: &mut Caso) -> String {
    let (nome, cognome) = persona(c);
    format!("{nome} {cognome}")
}

fn riempi(c: &mut Caso, modello: &str) -> String {
    let mut testo = String::with_capacity(modello.len() + 24);
    let mut resto = modello;
    while let Some((prima, dopo)) = resto.split_once('{') {
        testo.push_str(prima);
        let (cosa, dopo) = dopo.split_once('}').unwrap_or((dopo, ""));
        match cosa {
            "p" => testo.push_str(&nome_intero(c)),
            "v" => testo.push_str(c.scegli::<&str>(VIE)),
            "i" => testo.push_str(c.scegli::<&str>(IMPRESE)),
            _ => testo.push_str(&(1 + c.meno_di(400)).to_string()),
        }
        resto = dopo;
    }
    testo.push_str(resto);
    testo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_facts_are_whole_and_classified() {
        let mut c = Caso::nuovo(1, "prova");
        for _ in 0..2_000 {
            let f = posta(&mut c);
            assert!(!f.oggetto.contains(['{', '}']) && !f.corrispondenti.is_empty(), "{}", f.oggetto);
            let a = atto(&mut c);
            assert!(!a.oggetto.contains(['{', '}']) && a.albo.is_some(), "{}", a.oggetto);
        }
    }
}
