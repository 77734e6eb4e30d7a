//! Invented names. Surnames are made of two words that nobody bears together, so that no person and no office holder can be
//! recognised; firms say that they are invented; every address ends in `.alleanza.test`.

use enti::model::slug;
use protocollo::Corrispondente;

use super::caso::Caso;

/// The domain of everything invented: it exists nowhere (RFC 2606).
pub(super) const DOMINIO: &str = "alleanza.test";

const NOMI: [&str; 28] = [
    "Rosa", "Domenico", "Lucia", "Antonio", "Filomena", "Carlo", "Assunta", "Giovanni", "Nunziata", "Berardo",
    "Ilaria", "Panfilo", "Teresa", "Rocco", "Silvia", "Vincenzo", "Marianna", "Luca", "Adele", "Gino", "Paola",
    "Emidio", "Agnese", "Nicola", "Bianca", "Ercole", "Letizia", "Fausto",
];
const PRIME: [&str; 16] = [
    "Serra", "Monte", "Acqua", "Bosco", "Fonte", "Rocca", "Prato", "Valle", "Pietra", "Selva", "Colle", "Riva",
    "Torre", "Campo", "Ponte", "Neve",
];
const SECONDE: [&str; 16] = [
    "lume", "viola", "quieta", "vento", "dorso", "lieve", "brina", "scuro", "fiorita", "merlo", "tonda", "fresco",
    "vecchio", "lontano", "salice", "grigio",
];
const VIE: [&str; 18] = [
    "via del Forno",
    "via dei Mulini",
    "piazza della Fontana",
    "vico Stretto",
    "via della Croce",
    "via delle Scuole",
    "largo del Lavatoio",
    "via San Rocco",
    "via del Torrente",
    "viale della Rimembranza",
    "via del Castello",
    "contrada Pianelle",
    "via dell’Orto",
    "via Portella",
    "strada vicinale dei Noci",
    "via del Tiglio",
    "piazza del Mercato",
    "via della Pineta",
];
const MESTIERI: [(&str, &str); 12] = [
    ("Edilizia", "s.r.l."),
    ("Impianti elettrici", "s.n.c."),
    ("Energia", "s.p.a."),
    ("Cooperativa sociale", "soc. coop."),
    ("Scavi e movimento terra", "s.r.l."),
    ("Informatica", "s.r.l."),
    ("Trasporti", "s.n.c."),
    ("Carta e ufficio", "s.a.s."),
    ("Verde e giardini", "s.r.l."),
    ("Segnaletica", "s.r.l."),
    ("Assicurazioni", "s.a.s."),
    ("Studio tecnico", "s.t.p."),
];

pub(super) fn via(c: &mut Caso) -> &'static str {
    c.uno(&VIE)
}

/// First name and surname.
pub(super) fn persona(c: &mut Caso) -> (&'static str, String) {
    (c.uno(&NOMI), format!("{}{}", c.uno(&PRIME), c.uno(&SECONDE)))
}

/// A citizen who lives there; not all of them leave an address.
pub(super) fn cittadino(c: &mut Caso, comune: &str) -> Corrispondente {
    let (nome, cognome) = persona(c);
    let intero = format!("{nome} {cognome}");
    let mut chi = Corrispondente::nuovo("PF", &intero);
    if c.su_cento(70) {
        chi.indirizzo = format!("{} {}, {comune}", via(c), c.fra(1, 60));
    }
    if c.su_cento(40) {
        chi.recapito = format!("{}@posta.{DOMINIO}", slug(&intero).replace('-', "."));
    }
    chi
}

pub(super) fn impresa(c: &mut Caso) -> Corrispondente {
    let (mestiere, forma) = c.uno(&MESTIERI);
    let nome = format!("{mestiere} {}{} {forma} (inventata)", c.uno(&PRIME), c.uno(&SECONDE));
    con_pec("PG", &nome)
}

pub(super) fn associazione(c: &mut Caso, comune: &str) -> Corrispondente {
    let quale = c.uno(&[
        "Pro Loco inventata di",
        "Associazione sportiva inventata di",
        "Coro polifonico inventato di",
        "Gruppo alpini inventato di",
        "Banda musicale inventata di",
        "Circolo anziani inventato di",
    ]);
    con_pec("PG", &format!("{quale} {comune}"))
}

/// A public body: its name is real, its address is not.
pub(super) fn pubblica(nome: &str) -> Corrispondente {
    con_pec("PA", nome)
}

fn con_pec(tipo: &str, nome: &str) -> Corrispondente {
    let recapito = format!("{}@pec.{DOMINIO}", slug(nome.trim_end_matches(" (inventata)")));
    Corrispondente { recapito, ..Corrispondente::nuovo(tipo, nome) }
}
