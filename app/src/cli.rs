//! The command line. Words that people see are Italian; each command is a function that returns the lines to print.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::comandi::{demo, enti, passaggio, registri, servi, sistema};

/// La piattaforma di un’alleanza di comuni.
#[derive(Debug, Parser)]
#[command(name = "alleanza", version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub comando: Comando,
}

#[derive(Debug, Subcommand)]
pub enum Comando {
    /// Serve l’installazione (ALLEANZA_HOME la cartella, ALLEANZA_LISTEN l’indirizzo)
    Servi,
    /// Carica un’alleanza vera con una storia inventata e la serve
    Demo {
        /// Carica e si ferma, senza servire
        #[arg(long)]
        carica: bool,
        /// Quanti comuni caricare; senza, tutta l’alleanza
        #[arg(long)]
        comuni: Option<NonZeroUsize>,
    },
    /// Porta il database allo schema di questo programma
    Migra {
        /// Che cosa sarà l’installazione, deciso alla sua nascita
        #[arg(long, value_enum)]
        modo: Option<Modo>,
    },
    /// Copia l’intera installazione (database e archivio) in una cartella; la chiave va altrove
    Copia {
        cartella: PathBuf,
        /// Dove copiare la chiave dell’installazione: fuori dalla cartella, o la copia aprirebbe i propri segreti
        #[arg(long)]
        chiave: Option<PathBuf>,
    },
    /// Ricostruisce un’installazione da una copia, in una ALLEANZA_HOME vuota
    Ripristina {
        cartella: PathBuf,
        /// La chiave dell’installazione copiata
        #[arg(long)]
        chiave: Option<PathBuf>,
    },
    /// La chiave dell’installazione
    #[command(subcommand)]
    Chiave(Chiave),
    /// Indirizzo e ruoli del database
    #[command(subcommand)]
    Db(Db),
    /// Dove stanno i documenti
    #[command(subcommand)]
    Archivio(Archivio),
    /// Verifica tutti i registri: catena, numeri, istanti, stato, teste conservate, documenti
    Verifica(Verifica),
    /// Scrive fuori dalla casa ciò che serve a verificare senza di noi
    #[command(subcommand)]
    Esporta(Esporta),
    /// Enti dell’installazione
    #[command(subcommand)]
    Ente(Ente),
    /// Alleanze di un ente
    #[command(subcommand)]
    Alleanza(Alleanza),
    /// Servizi di un ente
    #[command(subcommand)]
    Servizio(Servizio),
    /// Persone
    #[command(subcommand)]
    Utente(Utente),
}

#[derive(Debug, Subcommand)]
pub enum Chiave {
    /// Rinuncia a ciò che era sigillato con una chiave perduta: chi aveva i codici sul telefono li rifà
    Rifai,
}

#[derive(Debug, Subcommand)]
pub enum Db {
    /// Stampa l’indirizzo del database privato per un ruolo
    Url {
        #[arg(long, value_enum, default_value = "app")]
        ruolo: RuoloDb,
    },
    /// Stampa l’SQL che crea i ruoli su un PostgreSQL vostro
    Ruoli,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Modo {
    Esercizio,
    Prova,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RuoloDb {
    App,
    Migra,
    Super,
}

#[derive(Debug, Subcommand)]
pub enum Archivio {
    /// Copia i documenti da un luogo a un altro, verificati; rilanciato, riprende da dove era
    Trasferisci {
        /// Una cartella, o s3://bucket/prefisso
        da: String,
        /// Una cartella, o s3://bucket/prefisso
        a: String,
    },
}

#[derive(Debug, Args)]
pub struct Verifica {
    /// Codice dell’ente (c_e307); senza, tutti
    #[arg(long)]
    pub ente: Option<String>,
    /// File di teste conservate (una per riga, JSON), come quello di `alleanza esporta teste`
    #[arg(long)]
    pub teste: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Esporta {
    /// Registri, stato e documenti di un ente, verificabili con tools/verifica_registri.py
    Registri {
        #[arg(long)]
        ente: String,
        cartella: PathBuf,
    },
    /// Le teste di oggi di tutte le catene, da conservare altrove
    Teste {
        #[arg(long)]
        ente: Option<String>,
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum Ente {
    /// Aggiunge enti per codice IPA (c_e307) o Belfiore (E307)
    Aggiungi {
        #[arg(required = true)]
        codici: Vec<String>,
    },
    /// Iscrive nel registro un ente che l’elenco dei comuni non ha; per farlo lavorare qui: ente aggiungi
    Iscrivi {
        /// Lettere minuscole, cifre e trattini bassi: non cambia più
        codice: String,
        #[arg(long, value_parser = ::enti::TIPI)]
        tipo: String,
        #[arg(long)]
        nome: String,
        /// Codice IPA, se lo ha
        #[arg(long)]
        ipa: Option<kernel::CodiceIpa>,
    },
    /// Chiude un ente e dice chi gli succede: fusioni, trasformazioni
    Succede {
        da: String,
        a: String,
        /// Primo giorno del successore
        #[arg(long)]
        dal: String,
        /// L’atto, per esempio «fusione, L.R. 12/2026»
        #[arg(long)]
        causa: String,
    },
    /// Carica dall’insieme di dati «Enti» di IPA unioni, comunità montane, consorzi e i codici di province e regioni
    CaricaIpa { file: PathBuf },
    /// Scrive tutto di un ente in formati aperti
    Esporta { codice: String, cartella: PathBuf },
    /// Rilegge in questa installazione un ente esportato
    Importa { codice: String, cartella: PathBuf },
}

#[derive(Debug, Subcommand)]
pub enum Alleanza {
    /// Fonda un’alleanza, in nome di chi nell’ente ha il ruolo «alleanza»
    Fonda(NuovaAlleanza),
    /// Trasforma un’alleanza in un’altra dello stesso ente: le adesioni proseguono, i registri restano
    Trasforma {
        /// Codice di quella che finisce
        vecchia: String,
        #[command(flatten)]
        nuova: NuovaAlleanza,
    },
}

#[derive(Debug, Args)]
pub struct NuovaAlleanza {
    /// Lettere minuscole, cifre e trattini
    pub codice: String,
    /// Codice dell’ente a cui appartiene
    #[arg(long)]
    pub ente: String,
    #[arg(long)]
    pub nome: String,
    /// Chi le sta sopra nell’albero, per esempio regione_13
    #[arg(long)]
    pub sopra: Option<String>,
    /// Mesi di preavviso per recedere
    #[arg(long, default_value_t = 6)]
    pub preavviso: i16,
    /// Vuoto: oggi
    #[arg(long)]
    pub dal: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Servizio {
    /// Attiva un servizio, con ciò che richiede
    Attiva {
        servizio: String,
        #[arg(long)]
        ente: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Utente {
    /// Crea una persona, o dà un altro ruolo a una che c’è
    Crea(CreaUtente),
    /// Cambia la password di una persona (letta dallo standard input)
    Password { utente: String },
    /// Toglie a una persona i secondi fattori perduti, e chiude le sue sessioni
    Azzera { utente: String },
}

#[derive(Debug, Args)]
pub struct CreaUtente {
    /// Nome con cui entra, di solito la posta elettronica
    pub utente: String,
    #[arg(long)]
    pub nome: String,
    #[arg(long)]
    pub cognome: String,
    #[arg(long)]
    pub ente: String,
    /// amministratore, responsabile, protocollo, albo, segretario, consultazione, alleanza
    #[arg(long, required = true)]
    pub ruolo: Vec<String>,
    /// Codice dell’ufficio
    #[arg(long, default_value = "SEG")]
    pub ufficio: String,
    /// Password iniziale; senza, è letta dallo standard input
    #[arg(long)]
    pub password: Option<String>,
}

/// Runs one command and returns the lines to print.
pub async fn esegui(cli: Cli) -> anyhow::Result<Vec<String>> {
    match cli.comando {
        Comando::Servi => servi::servi().await,
        Comando::Demo { carica, comuni } => demo::demo(carica, comuni.map(NonZeroUsize::get)).await,
        Comando::Migra { modo } => sistema::migra(modo).await,
        Comando::Copia { cartella, chiave } => sistema::copia(&cartella, chiave.as_deref()).await,
        Comando::Ripristina { cartella, chiave } => sistema::ripristina(&cartella, chiave.as_deref()).await,
        Comando::Chiave(Chiave::Rifai) => sistema::rifai_chiave().await,
        Comando::Db(Db::Url { ruolo }) => sistema::url(ruolo).await,
        Comando::Db(Db::Ruoli) => Ok(vec![db::istruzioni_dei_ruoli().trim_end().to_owned()]),
        Comando::Archivio(Archivio::Trasferisci { da, a }) => sistema::trasferisci(&da, &a).await,
        Comando::Verifica(v) => registri::verifica(v.ente.as_deref(), v.teste.as_deref()).await,
        Comando::Esporta(Esporta::Registri { ente, cartella }) => registri::esporta(&ente, &cartella).await,
        Comando::Esporta(Esporta::Teste { ente, file }) => registri::teste(ente.as_deref(), &file).await,
        Comando::Ente(Ente::Aggiungi { codici }) => enti::aggiungi(&codici).await,
        Comando::Ente(Ente::Esporta { codice, cartella }) => passaggio::esporta(&codice, &cartella).await,
        Comando::Ente(Ente::Importa { codice, cartella }) => passaggio::importa(&codice, &cartella).await,
        Comando::Ente(Ente::Iscrivi { codice, tipo, nome, ipa }) => {
            enti::iscrivi(&codice, &tipo, &nome, ipa.as_ref()).await
        }
        Comando::Ente(Ente::Succede { da, a, dal, causa }) => enti::succede(&da, &a, &dal, &causa).await,
        Comando::Ente(Ente::CaricaIpa { file }) => enti::carica_ipa(&file).await,
        Comando::Alleanza(Alleanza::Fonda(nuova)) => enti::fonda(&nuova).await,
        Comando::Alleanza(Alleanza::Trasforma { vecchia, nuova }) => enti::trasforma(&vecchia, &nuova).await,
        Comando::Servizio(Servizio::Attiva { servizio, ente }) => enti::attiva(&servizio, &ente).await,
        Comando::Utente(Utente::Crea(c)) => enti::crea_utente(&c).await,
        Comando::Utente(Utente::Password { utente }) => enti::password(&utente).await,
        Comando::Utente(Utente::Azzera { utente }) => enti::azzera(&utente).await,
    }
}
