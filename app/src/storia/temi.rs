//! What a small comune writes and receives: templates with holes, how often, in which months, in which class of the titolario.

/// Who is on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chi {
    Persona,
    Impresa,
    Associazione,
    /// One of these public bodies.
    Ente(&'static [&'static str]),
}

/// The offices of a comune that has a year of history; one that has a week has only SEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ufficio {
    Segreteria,
    Tecnico,
    Ragioneria,
    Demografici,
}

impl Ufficio {
    pub(super) const TUTTI: [Ufficio; 4] =
        [Ufficio::Segreteria, Ufficio::Tecnico, Ufficio::Ragioneria, Ufficio::Demografici];

    pub(super) fn codice(self) -> &'static str {
        match self {
            Ufficio::Segreteria => enti::UFFICIO,
            Ufficio::Tecnico => "TEC",
            Ufficio::Ragioneria => "RAG",
            Ufficio::Demografici => "DEM",
        }
    }

    pub(super) fn nome(self) -> &'static str {
        match self {
            Ufficio::Segreteria => "Segreteria",
            Ufficio::Tecnico => "Ufficio tecnico",
            Ufficio::Ragioneria => "Ragioneria e tributi",
            Ufficio::Demografici => "Servizi demografici",
        }
    }
}

/// Something that comes in, or goes out by itself. `{…}` are holes (see `trama`).
#[derive(Debug, Clone, Copy)]
pub(super) struct Tema {
    pub peso: u64,
    pub mezzi: &'static [&'static str],
    pub chi: Chi,
    pub classe: &'static str,
    pub ufficio: Ufficio,
    pub oggetto: &'static str,
    /// First and last month of its season; from 11 to 3 goes over the year.
    pub mesi: (i8, i8),
    pub allegati: &'static [&'static str],
    /// What the comune answers, in the same thread.
    pub risposta: &'static str,
    /// The matter has its own fascicolo.
    pub fascicolo: bool,
    pub riservata: bool,
}

/// An act of the comune, registered and then published.
#[derive(Debug, Clone, Copy)]
pub(super) struct TemaAtto {
    pub peso: u64,
    /// A type of the albo.
    pub tipo: &'static str,
    pub classe: &'static str,
    pub ufficio: Ufficio,
    pub oggetto: &'static str,
    pub mesi: (i8, i8),
    pub allegati: &'static [&'static str],
    /// Days until the last one, for the types that end with a term of their own.
    pub scade_fra: Option<i64>,
    /// The body that asks for the publication, if it is not the comune.
    pub richiedente: &'static str,
}

const SEMPRE: (i8, i8) = (1, 12);
const A_MANO: &[&str] = &["mano", "mano", "posta", "email"];
const IN_RETE: &[&str] = &["pec", "pec", "pec", "email"];
const PEC: &[&str] = &["pec"];
const MISTI: &[&str] = &["mano", "email", "pec", "web"];

use Chi::{Associazione, Ente, Impresa, Persona};
use Ufficio::{Demografici, Ragioneria, Segreteria, Tecnico};

const fn t(
    peso: u64,
    chi: Chi,
    mezzi: &'static [&'static str],
    classe: &'static str,
    ufficio: Ufficio,
    oggetto: &'static str,
) -> Tema {
    Tema {
        peso,
        mezzi,
        chi,
        classe,
        ufficio,
        oggetto,
        mesi: SEMPRE,
        allegati: &[],
        risposta: "",
        fascicolo: false,
        riservata: false,
    }
}

impl Tema {
    const fn mesi(self, dal: i8, al: i8) -> Tema {
        Tema { mesi: (dal, al), ..self }
    }

    const fn con(self, allegati: &'static [&'static str]) -> Tema {
        Tema { allegati, ..self }
    }

    const fn risposta(self, risposta: &'static str) -> Tema {
        Tema { risposta, ..self }
    }

    /// The matter has an answer, and a fascicolo.
    const fn procedimento(self, risposta: &'static str) -> Tema {
        Tema { risposta, fascicolo: true, ..self }
    }

    const fn riservata(self) -> Tema {
        Tema { riservata: true, ..self }
    }
}

pub(super) const ENTRATA: &[Tema] = &[
    t(9, Persona, A_MANO, "XI.2", Demografici, "Richiesta di certificato {certificato}"),
    t(7, Persona, MISTI, "XI.2", Demografici, "Dichiarazione di cambio di abitazione in {via}")
        .con(&["modulo", "documento-di-identita"]),
    t(5, Persona, MISTI, "XI.2", Demografici, "Dichiarazione di residenza di {persona}, proveniente da altro comune")
        .con(&["modulo"])
        .risposta("Comunicazione di avvio del procedimento: iscrizione anagrafica di {persona}"),
    t(3, Persona, A_MANO, "XI.1", Demografici, "Richiesta di pubblicazione di matrimonio di {persona}")
        .con(&["dichiarazioni"]),
    t(4, Persona, A_MANO, "XI.4", Demografici, "Domanda di concessione di un loculo nel cimitero comunale")
        .procedimento("Concessione cimiteriale: invito alla firma dell’atto"),
    t(6, Ente(ALTRI_COMUNI), PEC, "XI.1", Demografici, "Trasmissione di atto di {stato_civile} per la trascrizione")
        .con(&["atto"])
        .risposta("Assicurazione di trascrizione dell’atto di {stato_civile}"),
    t(
        3,
        Ente(&["Ministero dell’Interno", "Prefettura dell’Aquila"]),
        PEC,
        "XII.2",
        Demografici,
        "Revisione {periodica} delle liste elettorali",
    ),
    t(
        2,
        Ente(&["ISTAT"]),
        PEC,
        "XI.3",
        Demografici,
        "Censimento permanente della popolazione: istruzioni per il {anno}",
    )
    .mesi(8, 11),
    t(8, Persona, MISTI, "VI.3", Tecnico, "Segnalazione certificata di inizio attività in {via}: {intervento}")
        .con(&["relazione-tecnica", "elaborati-grafici"])
        .procedimento("Segnalazione certificata di inizio attività in {via}: richiesta di integrazioni"),
    t(5, Persona, MISTI, "VI.3", Tecnico, "Comunicazione di inizio lavori asseverata in {via}: {intervento}")
        .con(&["asseverazione"]),
    t(3, Persona, A_MANO, "VI.3", Tecnico, "Domanda di permesso di costruire in {via}")
        .con(&["relazione-tecnica", "elaborati-grafici", "titolo-di-proprieta"])
        .procedimento("Permesso di costruire in {via}: comunicazione del responsabile del procedimento"),
    t(5, Persona, MISTI, "VI.7", Tecnico, "Segnalazione di una buca in {via}")
        .risposta("Riparazione della sede stradale in {via}: riscontro"),
    t(4, Persona, MISTI, "VI.8", Tecnico, "Segnalazione di un guasto all’illuminazione pubblica in {via}")
        .risposta("Guasto all’illuminazione in {via}: intervento eseguito"),
    t(4, Impresa, IN_RETE, "VI.5", Tecnico, "Preventivo per {opera}")
        .con(&["preventivo"])
        .procedimento("Ordine per {opera}"),
    t(3, Impresa, PEC, "VI.5", Tecnico, "Stato di avanzamento dei lavori n. {nn}: {opera}")
        .con(&["contabilita", "fotografie"]),
    t(3, Impresa, PEC, "VI.7", Tecnico, "Richiesta di scavo in {via} per {allaccio}")
        .con(&["planimetria"])
        .procedimento("Autorizzazione allo scavo in {via} per {allaccio}"),
    t(3, Ente(&["Provincia dell’Aquila"]), PEC, "VI.7", Tecnico, "Strada provinciale: {limitazione} per lavori"),
    t(
        4,
        Ente(&["Prefettura dell’Aquila", "Regione Abruzzo, Protezione civile"]),
        PEC,
        "VI.10",
        Tecnico,
        "Avviso di criticità {colore} per {evento_meteo}",
    )
    .mesi(10, 4),
    t(2, Ente(&["Regione Abruzzo"]), PEC, "VI.9", Tecnico, "Piano di gestione dei boschi: richiesta di dati catastali")
        .risposta("Piano di gestione dei boschi: trasmissione dei dati richiesti"),
    t(
        2,
        Ente(&["Agenzia delle entrate"]),
        PEC,
        "VI.6",
        Tecnico,
        "Toponomastica e numeri civici: scostamenti da verificare",
    ),
    t(10, Impresa, PEC, "IV.4", Ragioneria, "Fattura per {fornitura}, {bimestre} {anno}"),
    t(4, Impresa, PEC, "IV.4", Ragioneria, "Fattura n. {n}: {servizio}"),
    t(3, Impresa, PEC, "IV.4", Ragioneria, "Sollecito di pagamento della fattura n. {n}")
        .risposta("Fattura n. {n}: comunicazione della data di pagamento"),
    t(5, Persona, MISTI, "IV.3", Ragioneria, "Istanza di {istanza_tributi} {tributo}, anno {anno}")
        .procedimento("{tributo} {anno}: esito dell’istanza di {istanza_tributi}"),
    t(
        3,
        Persona,
        A_MANO,
        "IV.3",
        Ragioneria,
        "Denuncia di occupazione dei locali in {via} ai fini della tassa sui rifiuti",
    )
    .con(&["planimetria"]),
    t(
        2,
        Ente(&["Agenzia delle entrate Riscossione"]),
        PEC,
        "IV.13",
        Ragioneria,
        "Riversamento delle somme riscosse nel mese di {mese_scorso}",
    ),
    t(
        2,
        Ente(&["Ministero dell’Interno", "Ministero dell’Economia e delle Finanze"]),
        PEC,
        "IV.1",
        Ragioneria,
        "Assegnazione ai comuni del fondo {fondo} per il {anno}",
    ),
    t(
        2,
        Ente(&["Corte dei conti, Sezione regionale di controllo"]),
        PEC,
        "IV.6",
        Ragioneria,
        "Questionario sul rendiconto: richiesta di chiarimenti",
    )
    .mesi(5, 10)
    .procedimento("Questionario sul rendiconto: chiarimenti"),
    t(2, Ente(&["Tesoreria comunale"]), PEC, "IV.12", Ragioneria, "Verifica di cassa del {trimestre} trimestre")
        .con(&["verbale"]),
    t(4, Associazione, MISTI, "VII.6", Segreteria, "Richiesta di patrocinio per {evento}")
        .procedimento("Patrocinio per {evento}: comunicazione della decisione della Giunta"),
    t(3, Associazione, MISTI, "IX.4", Segreteria, "Comunicazione di manifestazione in {via}: {evento}")
        .con(&["programma"])
        .risposta("Manifestazione in {via}: prescrizioni"),
    t(2, Associazione, MISTI, "VII.7", Segreteria, "Richiesta di uso della palestra comunale")
        .mesi(8, 11)
        .risposta("Uso della palestra comunale: calendario assegnato"),
    t(3, Persona, MISTI, "VII.1", Segreteria, "Iscrizione al servizio di trasporto scolastico {anno_scolastico}")
        .mesi(5, 9)
        .con(&["modulo"]),
    t(3, Persona, MISTI, "VII.1", Segreteria, "Iscrizione alla mensa della {scuola} {anno_scolastico}")
        .mesi(5, 9)
        .con(&["modulo"]),
    t(3, Persona, A_MANO, "VII.12", Segreteria, "Domanda di assistenza domiciliare").con(&["modulo"]).riservata(),
    t(2, Ente(&["Ente d’ambito sociale"]), PEC, "VII.12", Segreteria, "Relazione del servizio sociale professionale")
        .riservata(),
    t(
        2,
        Ente(&["Regione Abruzzo", "Ente d’ambito sociale"]),
        PEC,
        "VII.15",
        Segreteria,
        "Riparto del fondo sociale, anno {anno}",
    ),
    t(3, Ente(&["Istituto comprensivo"]), PEC, "VII.3", Segreteria, "{scuola_c}: richiesta di {bisogno_scuola}")
        .risposta("{scuola_c}: {bisogno_scuola}, riscontro"),
    t(2, Ente(&["Azienda sanitaria locale 1"]), PEC, "X.5", Segreteria, "Randagismo: {randagi}"),
    t(
        2,
        Ente(&["Azienda sanitaria locale 1"]),
        PEC,
        "X.1",
        Segreteria,
        "Esiti del controllo dell’acqua potabile del mese di {mese_scorso}",
    )
    .con(&["rapporti-di-prova"]),
    t(3, Persona, MISTI, "I.8", Segreteria, "Richiesta di accesso agli atti: {accesso}")
        .procedimento("Accesso agli atti: {accesso}, trasmissione"),
    t(1, Persona, MISTI, "V.2", Segreteria, "Richiesta di risarcimento per una caduta in {via}")
        .con(&["fotografie", "certificato"])
        .procedimento("Richiesta di risarcimento per una caduta in {via}: trasmissione all’assicurazione"),
    t(2, Impresa, PEC, "VIII.4", Segreteria, "Segnalazione certificata di inizio attività: {attivita}")
        .con(&["planimetria"]),
    t(2, Persona, A_MANO, "VIII.6", Segreteria, "Comunicazione di locazione turistica in {via}").mesi(3, 9),
    t(2, Ente(&["Unione dei comuni inventata"]), PEC, "I.15", Segreteria, "Convocazione della conferenza dei sindaci"),
    t(
        2,
        Ente(&["Regione Abruzzo", "Provincia dell’Aquila", "Anci Abruzzo"]),
        PEC,
        "I.1",
        Segreteria,
        "Circolare: {circolare}",
    ),
    t(
        2,
        Ente(&["Rappresentanza sindacale unitaria"]),
        PEC,
        "I.10",
        Segreteria,
        "Richiesta di incontro sul fondo delle risorse decentrate",
    )
    .mesi(2, 6)
    .risposta("Delegazione trattante: convocazione"),
    t(2, Persona, MISTI, "III.12", Segreteria, "Richiesta di congedo di {persona}").riservata(),
    t(2, Ente(&["Carabinieri, stazione locale"]), PEC, "IX.3", Segreteria, "Richiesta di informazioni anagrafiche")
        .riservata()
        .risposta("Informazioni anagrafiche: trasmissione"),
];

pub(super) const USCITA: &[Tema] = &[
    t(5, Persona, &["posta", "posta", "pec"], "IV.3", Ragioneria, "Avviso di accertamento {tributo} {anno_scorso}"),
    t(
        4,
        Ente(&["Prefettura dell’Aquila"]),
        PEC,
        "II.3",
        Segreteria,
        "Convocazione del Consiglio comunale: comunicazione",
    ),
    t(3, Ente(&["Regione Abruzzo"]), PEC, "VII.8", Segreteria, "Rendicontazione del contributo per {evento}")
        .con(&["rendiconto"]),
    t(
        3,
        Ente(&["Tesoreria comunale"]),
        PEC,
        "IV.12",
        Ragioneria,
        "Trasmissione degli ordinativi del mese di {mese_scorso}",
    ),
    t(3, Ente(ALTRI_COMUNI), PEC, "XI.2", Demografici, "Conferma di iscrizione anagrafica di {persona}"),
    t(2, Ente(&["ISTAT"]), PEC, "XI.3", Demografici, "Bilancio demografico del mese di {mese_scorso}"),
    t(2, Impresa, PEC, "IV.4", Ragioneria, "Richiesta di preventivo: {fornitura}"),
    t(2, Impresa, PEC, "VI.5", Tecnico, "Invito a procedura negoziata: {opera}").con(&["capitolato", "disegni"]),
    t(2, Ente(&["Provincia dell’Aquila"]), PEC, "VI.7", Tecnico, "Sgombero della neve: comunicazione dei referenti")
        .mesi(10, 2),
    t(2, Ente(&["Ministero dell’Interno"]), PEC, "IV.6", Ragioneria, "Certificazione del {certificazione}").mesi(3, 10),
    t(2, Persona, &["posta", "email"], "VII.1", Segreteria, "Mensa scolastica {anno_scolastico}: tariffe e scadenze")
        .mesi(8, 11),
];

pub(super) const ATTI: &[TemaAtto] = &[
    a(16, "determina", "IV.4", Ragioneria, "Impegno di spesa per {fornitura}"),
    a(12, "determina", "VI.5", Tecnico, "Affidamento dei lavori: {opera}").con(&["quadro-economico"]),
    a(8, "determina", "IV.4", Ragioneria, "Liquidazione della fattura n. {n}: {servizio}"),
    a(4, "determina", "III.6", Segreteria, "Salario accessorio del {trimestre} trimestre: liquidazione"),
    a(4, "determina", "VII.6", Segreteria, "Contributo per {evento}"),
    a(7, "delibera_giunta", "VII.6", Segreteria, "Patrocinio per {evento}"),
    a(5, "delibera_giunta", "IV.2", Ragioneria, "Variazione di cassa n. {nn}"),
    a(5, "delibera_giunta", "VI.5", Tecnico, "Approvazione del progetto: {opera}")
        .con(&["relazione", "computo-metrico"]),
    a(3, "delibera_giunta", "IV.3", Ragioneria, "Tariffe {tariffa}, anno {anno_prossimo}").mesi(11, 3),
    a(3, "delibera_consiglio", "IV.1", Ragioneria, "Bilancio di previsione {anno_prossimo}: approvazione")
        .mesi(11, 3)
        .con(&["bilancio", "parere-del-revisore"]),
    a(3, "delibera_consiglio", "IV.6", Ragioneria, "Rendiconto della gestione {anno_scorso}: approvazione")
        .mesi(4, 6)
        .con(&["rendiconto", "relazione"]),
    a(3, "delibera_consiglio", "I.4", Segreteria, "Regolamento {regolamento}: modifica"),
    a(3, "delibera_consiglio", "IV.2", Ragioneria, "Variazione di bilancio n. {nn}: ratifica"),
    a(9, "ordinanza", "IX.2", Tecnico, "Divieto di sosta in {via} per {motivo_divieto}"),
    a(4, "ordinanza", "IX.2", Tecnico, "{limitazione_c} in {via} per lavori"),
    a(2, "ordinanza", "VI.10", Segreteria, "Chiusura delle scuole per {evento_meteo}").mesi(11, 3),
    a(2, "ordinanza", "X.1", Segreteria, "Limitazione dell’uso dell’acqua potabile").mesi(6, 9),
    a(5, "avviso", "I.8", Segreteria, "Avviso pubblico: {avviso}"),
    a(3, "bando", "VII.12", Segreteria, "Bando per {bando}").scade(20).con(&["modello-di-domanda"]),
    a(3, "convocazione", "II.3", Segreteria, "Convocazione del Consiglio comunale: {seduta}").scade(6),
    a(3, "matrimonio", "XI.1", Demografici, "Pubblicazione di matrimonio di {persona} e {persona2}"),
    a(3, "delibera_altro_ente", "I.15", Segreteria, "{atto_ospite}").di("Unione dei comuni inventata"),
    a(1, "urbanistica", "VI.1", Tecnico, "Variante al piano regolatore in {via}: adozione")
        .con(&["relazione", "tavole"]),
];

const fn a(peso: u64, tipo: &'static str, classe: &'static str, ufficio: Ufficio, oggetto: &'static str) -> TemaAtto {
    TemaAtto { peso, tipo, classe, ufficio, oggetto, mesi: SEMPRE, allegati: &[], scade_fra: None, richiedente: "" }
}

impl TemaAtto {
    const fn mesi(self, dal: i8, al: i8) -> TemaAtto {
        TemaAtto { mesi: (dal, al), ..self }
    }

    const fn con(self, allegati: &'static [&'static str]) -> TemaAtto {
        TemaAtto { allegati, ..self }
    }

    const fn scade(self, giorni: i64) -> TemaAtto {
        TemaAtto { scade_fra: Some(giorni), ..self }
    }

    const fn di(self, richiedente: &'static str) -> TemaAtto {
        TemaAtto { richiedente, ..self }
    }
}

const ALTRI_COMUNI: &[&str] =
    &["Comune di Sulmona", "Comune di Avezzano", "Comune dell’Aquila", "Comune di Pescara", "Comune di Roma"];

/// What goes in a hole. Holes that depend on the day, the place or the person are filled by `trama`.
pub(super) fn voci(buco: &str) -> &'static [&'static str] {
    match buco {
        "certificato" => {
            &["storico di residenza", "di stato di famiglia", "di nascita", "di esistenza in vita", "contestuale"]
        }
        "stato_civile" => &["nascita", "morte", "matrimonio"],
        "periodica" => &["semestrale", "dinamica", "straordinaria"],
        "intervento" => &[
            "manutenzione straordinaria",
            "rifacimento del tetto",
            "apertura di una finestra",
            "cappotto termico",
            "recinzione",
            "tettoia in legno",
        ],
        "opera" => &[
            "riparazione del tetto della scuola primaria",
            "sostituzione della centrale termica del municipio",
            "nuovi punti luce",
            "rifacimento dei marciapiedi",
            "muro di sostegno della strada del cimitero",
            "sistemazione del parco giochi",
            "pulizia delle caditoie",
            "arredo della biblioteca",
            "ripristino della fontana",
            "manutenzione della strada del torrente",
            "asfaltatura di tratti comunali",
            "messa in sicurezza della palestra",
        ],
        "allaccio" => {
            &["un allaccio idrico", "un allaccio del gas", "la posa della fibra ottica", "un allaccio alla fognatura"]
        }
        "limitazione" => &["senso unico alternato", "chiusura notturna", "limite di 30 km/h"],
        "limitazione_c" => &["Senso unico alternato", "Divieto di transito", "Limite di 30 km/h"],
        "colore" => &["gialla", "gialla", "arancione"],
        "evento_meteo" => &["neve sopra i 900 metri", "vento forte", "ghiaccio", "temporali"],
        "fornitura" => &[
            "energia elettrica",
            "gas naturale",
            "carburante",
            "telefonia e connettività",
            "carta e toner",
            "sale antigelo",
            "gasolio da riscaldamento",
            "segnaletica stradale",
            "materiale di pulizia",
            "libri per la biblioteca",
        ],
        "servizio" => &[
            "manutenzione degli ascensori",
            "trasporto scolastico",
            "mensa",
            "raccolta dei rifiuti",
            "canone dei programmi",
            "pulizia dei locali",
            "verifica degli estintori",
        ],
        "bimestre" => &[
            "gennaio–febbraio",
            "marzo–aprile",
            "maggio–giugno",
            "luglio–agosto",
            "settembre–ottobre",
            "novembre–dicembre",
        ],
        "tributo" => &["IMU", "TARI", "canone unico"],
        "istanza_tributi" => &["rimborso", "rateizzazione", "annullamento"],
        "trimestre" => &["primo", "secondo", "terzo", "quarto"],
        "fondo" => &["di solidarietà", "per le aree interne", "per i piccoli comuni", "per la progettazione"],
        "evento" => &[
            "la sagra di primavera",
            "la festa patronale",
            "il cartellone estivo",
            "il mercatino di Natale",
            "la rassegna corale",
            "la gara podistica",
            "la mostra fotografica",
            "la giornata ecologica",
            "il presepe vivente",
        ],
        "scuola" => &["scuola primaria", "scuola dell’infanzia", "scuola secondaria"],
        "scuola_c" => &["Scuola primaria", "Scuola dell’infanzia", "Scuola secondaria"],
        "bisogno_scuola" => &[
            "banchi e sedie",
            "riparazione dei bagni",
            "uso dell’auditorium",
            "taglio dell’erba",
            "tinteggiatura di un’aula",
        ],
        "randagi" => &["cattura di un cane", "censimento delle colonie feline", "affido di un cane"],
        "accesso" => &[
            "contratti del servizio di sgombero neve",
            "pratica edilizia del 1998",
            "verbali delle commissioni",
            "spese di rappresentanza",
        ],
        "attivita" => &["vendita di prodotti agricoli", "bar", "acconciatore", "affittacamere"],
        "circolare" => &[
            "adempimenti in materia di trasparenza",
            "scadenze di bilancio",
            "raccolta differenziata",
            "bandi per le aree montane",
        ],
        "certificazione" => &["rendiconto", "bilancio di previsione", "fondo per le funzioni"],
        "tariffa" => &["della mensa", "del trasporto scolastico", "della TARI", "degli impianti sportivi"],
        "regolamento" => &[
            "del mercato settimanale",
            "di polizia urbana",
            "della biblioteca",
            "del cimitero",
            "degli usi civici",
            "delle entrate",
        ],
        "motivo_divieto" => &[
            "il mercato",
            "un trasloco",
            "la processione",
            "lavori alla rete idrica",
            "lo spettacolo in piazza",
            "la potatura degli alberi",
        ],
        "avviso" => &[
            "disinfestazione",
            "vendita di legna da ardere",
            "contributi ai libri di testo",
            "aggiornamento dell’albo degli scrutatori",
            "orari estivi degli uffici",
        ],
        "bando" => &["l’assegnazione di un alloggio", "borse di lavoro", "la gestione del chiosco", "i buoni libro"],
        "seduta" => &["seduta ordinaria", "seduta straordinaria", "seduta urgente"],
        "atto_ospite" => &[
            "Unione dei comuni: servizio associato di polizia locale",
            "Unione dei comuni: centrale unica di committenza",
            "Unione dei comuni: calendario dei tagli boschivi",
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_in_the_plan_and_every_act_has_a_type() {
        let piano = include_str!("../../../data/titolario_anci_2005.csv");
        let c_e = |classe: &str| {
            let (titolo, numero) = classe.split_once('.').unwrap();
            piano.lines().any(|r| r.starts_with(&format!("{titolo},")) && r.contains(&format!(",{numero},")))
        };
        let temi = ENTRATA.iter().chain(USCITA).map(|t| t.classe).chain(ATTI.iter().map(|a| a.classe));
        assert_eq!(temi.filter(|c| !c_e(c)).collect::<Vec<_>>(), Vec::<&str>::new());
    }

    #[test]
    fn there_is_variety() {
        assert!(ENTRATA.len() > 40 && USCITA.len() > 8 && ATTI.len() > 20);
        let tipi: std::collections::BTreeSet<&str> = ATTI.iter().map(|a| a.tipo).collect();
        assert!(tipi.len() >= 9, "{tipi:?}");
    }
}
