//! Acts, their states, and the rules that decide what may be done to them. Pure.

pub mod interruzioni;
pub mod privacy;
pub mod relata;
pub mod tempi;

use kernel::{Data, Impronta, Istante, Numero, Periodo};
use uuid::Uuid;

use crate::errors::Rifiuto;
use tempi::{Durata, Modo, Regola};

pub use kernel::oscuramento::{CLASSI, Classe};

/// What takes the place of a subject that the law forbids to diffuse.
pub const OGGETTO_RIMOSSO: &str = "Oggetto rimosso";
/// What takes the place of the name of a file that is gone.
pub const FILE_RIMOSSO: &str = "documento rimosso";

/// Where an act is. That it is over is not a state: it is read from its last instant, at each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stato {
    Bozza,
    Programmata,
    Pubblicata,
    Annullata,
    Rimossa,
    Scartata,
}

impl Stato {
    pub fn da(codice: &str) -> Stato {
        match codice {
            "programmata" => Stato::Programmata,
            "pubblicata" => Stato::Pubblicata,
            "annullata" => Stato::Annullata,
            "rimossa" => Stato::Rimossa,
            "scartata" => Stato::Scartata,
            _ => Stato::Bozza,
        }
    }
}

/// The whole act, an extract, or a version with parts left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forma {
    Integrale,
    Estratto,
    Omissis,
}

pub const FORME: &[(&str, Forma)] =
    &[("integrale", Forma::Integrale), ("estratto", Forma::Estratto), ("omissis", Forma::Omissis)];

impl Forma {
    pub fn codice(self) -> &'static str {
        match self {
            Forma::Integrale => "integrale",
            Forma::Estratto => "estratto",
            Forma::Omissis => "omissis",
        }
    }

    pub fn nome(self) -> &'static str {
        match self {
            Forma::Integrale => "Integrale",
            Forma::Estratto => "Per estratto",
            Forma::Omissis => "Con omissis",
        }
    }
}

/// A type of act with the term in force on a day; without one it cannot be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tipo {
    pub codice: String,
    pub nome: String,
    pub termine: Option<TermineDiTipo>,
}

/// How long acts of a type are exposed, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermineDiTipo {
    pub modo: Modo,
    /// When it does not follow the rule of the ente.
    pub computo: Option<kernel::Computo>,
    pub fonte: String,
    /// `norma`, `prassi`, `ricordo`, or `ente` when the ente decided.
    pub certezza: String,
    pub dal: Data,
}

impl TermineDiTipo {
    /// How long for one act: types that last until a day need one.
    pub fn durata(&self, regola: &Regola, ultimo_giorno: Option<Data>) -> Result<Durata, Rifiuto> {
        match self.modo {
            Modo::Giorni(giorni) => {
                Ok(Durata::Giorni(kernel::Termine { giorni, computo: self.computo.unwrap_or(regola.computo) }))
            }
            Modo::Scadenza => ultimo_giorno.map(Durata::FinoAl).ok_or(Rifiuto::SenzaUltimoGiorno),
        }
    }

    /// Its source is a norm, or the decision of the ente; otherwise somebody must still confirm it.
    pub fn fa_norma(&self) -> bool {
        matches!(self.certezza.as_str(), "norma" | "ente")
    }

    pub fn in_parole(&self) -> String {
        match self.modo {
            Modo::Giorni(1) => "un giorno".to_owned(),
            Modo::Giorni(n) => format!("{n} giorni"),
            Modo::Scadenza => "fino al giorno che indichi".to_owned(),
        }
    }
}

/// The type that the words of a subject suggest; nobody publishes by a suggestion alone.
pub fn indovina_tipo(oggetto: &str) -> Option<&'static str> {
    let o = oggetto.to_lowercase();
    let ha = |p: &str| o.contains(p);
    let delibera = ha("deliber");
    Some(match () {
        () if delibera && ha("giunta") => "delibera_giunta",
        () if delibera && ha("consiglio") => "delibera_consiglio",
        () if ha("convocazione") && ha("consiglio") => "convocazione",
        () if ha("determina") => "determina",
        () if ha("ordinanza") => "ordinanza",
        () if ha("matrimonio") => "matrimonio",
        () if ha("bando") || ha("concorso") || ha("gara ") => "bando",
        () if ha("variante") || ha("piano regolatore") => "urbanistica",
        () if ha("avviso") => "avviso",
        () => return None,
    })
}

/// An act, in whatever state.
#[derive(Debug, Clone)]
pub struct Atto {
    pub id: Uuid,
    pub aoo: String,
    pub stato: Stato,
    pub filo: Uuid,
    pub tipo: String,
    pub tipo_nome: String,
    pub oggetto: String,
    pub numero_atto: String,
    pub data_atto: Option<Data>,
    pub protocollo: String,
    pub richiedente: String,
    pub responsabile: String,
    pub norma: String,
    pub forma: String,
    pub ultimo_giorno_chiesto: Option<Data>,
    pub avvisi: Vec<String>,
    /// Somebody looked at the warnings and said that it may be published all the same.
    pub confermato: bool,
    pub previsto_dal: Option<Data>,
    pub creato_il: Istante,
    /// Only after the real publication.
    pub pubblicazione: Option<Pubblicazione>,
    pub chiuso_il: Option<Istante>,
    pub motivo: String,
    pub provvedimento: String,
    pub classe: Option<Classe>,
    pub relata: Option<Uuid>,
}

/// What the register decided at the real publication, and the last day as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pubblicazione {
    pub anno: i32,
    pub numero: Numero,
    pub posizione: i64,
    pub affisso_il: Istante,
    pub dal: Data,
    pub al: Data,
    pub fine: Istante,
    pub fonte_termine: String,
}

impl Pubblicazione {
    pub fn finita(&self, adesso: Istante) -> bool {
        adesso >= self.fine
    }

    /// `albo-2026-0000045_dal-20-11-2026-al-05-12-2026_delibera.pdf`: a file that travels says where it comes from.
    pub fn nome_di_download(&self, nome: &str) -> String {
        let giorno = |d: Data| format!("{:02}-{:02}-{:04}", d.day(), d.month(), d.year());
        let davanti = format!("albo-{}-{}_dal-{}-al-{}_", self.anno, self.numero, giorno(self.dal), giorno(self.al));
        kernel::testo::nome_di_file(&(davanti + &kernel::testo::nome_di_file(nome).replace(' ', "-")))
    }

    /// `albo/2026/45`: the human key.
    pub fn chiave(&self) -> String {
        format!("albo/{}/{}", self.anno, self.numero.corto())
    }
}

impl Atto {
    /// "Determina n. 205 del 19 novembre 2026"
    pub fn estremi(&self) -> String {
        let numero = if self.numero_atto.is_empty() { String::new() } else { format!(" n. {}", self.numero_atto) };
        let data = self.data_atto.map(|d| format!(" del {}", kernel::tempo::in_italiano(d))).unwrap_or_default();
        format!("{}{numero}{data}", self.tipo_nome)
    }

    /// What the privacy check found and a person must confirm.
    pub fn da_confermare(&self) -> bool {
        self.avvisi.iter().filter_map(|a| privacy::Avviso::da(a)).any(privacy::Avviso::da_confermare)
    }

    pub fn puo_pubblicare(&self) -> Result<(), Rifiuto> {
        match self.stato {
            Stato::Bozza | Stato::Programmata => Ok(()),
            Stato::Scartata => Err(Rifiuto::Scartata),
            _ => Err(Rifiuto::GiaPubblicato),
        }
    }

    /// The publication, while it is going on: what annulment, replacement and extension need.
    pub fn in_corso(&self, adesso: Istante) -> Result<&Pubblicazione, Rifiuto> {
        let p = self.pubblicazione.as_ref().ok_or(Rifiuto::MaiPubblicato)?;
        match self.stato {
            Stato::Pubblicata if p.finita(adesso) => Err(Rifiuto::Finita),
            Stato::Pubblicata => Ok(p),
            _ => Err(Rifiuto::GiaChiusa),
        }
    }

    /// Forbidden data may be removed at any time, also after the end and from an annulled act.
    pub fn puo_rimuovere(&self) -> Result<&Pubblicazione, Rifiuto> {
        match (&self.pubblicazione, self.stato) {
            (Some(p), Stato::Pubblicata | Stato::Annullata) => Ok(p),
            (Some(_), _) => Err(Rifiuto::GiaChiusa),
            (None, _) => Err(Rifiuto::MaiPubblicato),
        }
    }

    /// The relata attests something that is over: expired, annulled or removed.
    pub fn puo_attestare(&self, adesso: Istante) -> Result<&Pubblicazione, Rifiuto> {
        let p = self.pubblicazione.as_ref().ok_or(Rifiuto::MaiPubblicato)?;
        if self.relata.is_some() {
            return Err(Rifiuto::GiaAttestata);
        }
        if self.stato == Stato::Pubblicata && !p.finita(adesso) { Err(Rifiuto::NonFinita) } else { Ok(p) }
    }

    /// Whether the bytes of its files may be served.
    pub fn espone(&self, adesso: Istante) -> bool {
        self.stato == Stato::Pubblicata && self.pubblicazione.as_ref().is_some_and(|p| !p.finita(adesso))
    }
}

/// An interruption may extend a publication if it fell inside it, is over, and was not counted already.
pub fn proroga(p: &Pubblicazione, gia: &[Periodo], interrotto: Periodo, oggi: Data) -> Result<Data, Rifiuto> {
    let al = interrotto.al().ok_or(Rifiuto::InterruzioneFuori)?;
    if interrotto.dal() < p.dal || al > p.al || al > oggi {
        return Err(Rifiuto::InterruzioneFuori);
    }
    if gia.iter().any(|g| g.si_sovrappone(interrotto)) {
        return Err(Rifiuto::InterruzioneGiaContata);
    }
    Ok(p.al.saturating_add(jiff::Span::new().days(tempi::giorni(interrotto))))
}

/// A file of an act.
#[derive(Debug, Clone)]
pub struct File {
    pub id: Uuid,
    pub posto: i16,
    pub ruolo: String,
    pub documento: Uuid,
    pub nome: String,
    pub tipo: String,
    pub dimensione: i64,
    pub impronta: Impronta,
    /// Why something of it was not read by the check; empty when it was read.
    pub non_controllato: String,
    pub messo_il: Option<Istante>,
    pub tolto_il: Option<Istante>,
}

impl File {
    pub fn principale(&self) -> bool {
        self.ruolo == "atto"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn pubblicazione() -> Pubblicazione {
        let al = date(2026, 12, 5);
        Pubblicazione {
            anno: 2026,
            numero: Numero::try_from(45).unwrap(),
            posizione: 45,
            affisso_il: kernel::tempo::inizio_del_giorno(date(2026, 11, 20)),
            dal: date(2026, 11, 20),
            al,
            fine: tempi::fine(al),
            fonte_termine: String::new(),
        }
    }

    #[test]
    fn a_downloaded_file_says_where_it_comes_from() {
        let nome = |n: &str| pubblicazione().nome_di_download(n);
        assert_eq!(nome("delibera.pdf"), "albo-2026-0000045_dal-20-11-2026-al-05-12-2026_delibera.pdf");
        assert!(nome(&format!("{}.pdf.p7m", "lungo ".repeat(60))).ends_with(".pdf.p7m"));
        assert!(nome("../../x y.pdf").ends_with("_x-y.pdf"));
    }

    #[test]
    fn the_subject_suggests_the_type() {
        for (oggetto, tipo) in [
            ("Deliberazione della Giunta n. 88", Some("delibera_giunta")),
            ("Trasmissione determinazione n. 12", Some("determina")),
            ("Convocazione del Consiglio comunale", Some("convocazione")),
            ("Richiesta di accesso agli atti", None),
        ] {
            assert_eq!(indovina_tipo(oggetto), tipo, "{oggetto}");
        }
    }

    #[test]
    fn three_days_of_interruption_are_three_days_more() {
        let p = pubblicazione();
        let il = |a, b| Periodo::nuovo(date(2026, 11, a), Some(date(2026, 11, b))).unwrap();
        let oggi = date(2026, 11, 30);
        assert_eq!(proroga(&p, &[], il(25, 27), oggi).unwrap(), date(2026, 12, 8));
        for (gia, i) in [(vec![], il(19, 20)), (vec![], il(29, 30)), (vec![il(24, 25)], il(25, 27))] {
            assert!(proroga(&p, &gia, i, date(2026, 11, 29)).is_err());
        }
    }

    #[test]
    fn it_is_over_at_midnight_and_not_before() {
        let p = pubblicazione();
        assert!(p.finita(p.fine) && !p.finita(p.fine - jiff::SignedDuration::from_nanos(1)));
    }
}
