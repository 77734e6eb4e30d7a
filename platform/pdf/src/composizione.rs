//! typst with nothing around it: no files, no packages, no system fonts, no clock.

use crate::caratteri::{CARATTERI, CATALOGO};
use crate::{Modello, PdfError};
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

static LIBRERIA: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));
static BASE: LazyLock<Option<Source>> =
    LazyLock::new(|| Some(Source::new(nome("/base.typ")?, include_str!("../templates/base.typ").into())));

/// Compilations that typst may remember: enough for the shared template to stay warm, too few for memory to grow.
const MEMORIA: usize = 8;

/// `dati` is all that the template can read, as `data.json`.
pub fn componi(modello: &Modello, dati: Vec<u8>, opzioni: &PdfOptions) -> Result<Vec<u8>, PdfError> {
    let errore = |voci: &[SourceDiagnostic]| PdfError::Modello {
        modello: modello.nome,
        motivi: voci.iter().map(motivo).collect(),
    };
    let mondo = Mondo::new(modello, dati).ok_or_else(|| errore(&[]))?;
    let esito = typst::compile::<PagedDocument>(&mondo).output.and_then(|doc| typst_pdf::pdf(&doc, opzioni));
    comemo::evict(MEMORIA);
    tracing::debug!(modello = modello.nome, riuscito = esito.is_ok(), "composed");
    esito.map_err(|voci| errore(&voci))
}

fn motivo(voce: &SourceDiagnostic) -> String {
    let consigli = voce.hints.iter().map(|c| format!(" ({})", c.v));
    std::iter::once(voce.message.to_string()).chain(consigli).collect()
}

/// typst never forgets a name and has room for 65,535: every document uses the same three.
fn nome(percorso: &str) -> Option<FileId> {
    Some(FileId::new(RootedPath::new(VirtualRoot::Project, VirtualPath::new(percorso).ok()?)))
}

struct Mondo {
    modello: Source,
    base: &'static Source,
    nome_dati: FileId,
    dati: Bytes,
}

impl Mondo {
    fn new(modello: &Modello, dati: Vec<u8>) -> Option<Self> {
        let sorgente = Source::new(nome("/modello.typ")?, modello.sorgente.into());
        Some(Self { modello: sorgente, base: BASE.as_ref()?, nome_dati: nome("/data.json")?, dati: Bytes::new(dati) })
    }
}

impl World for Mondo {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRERIA
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &CATALOGO
    }

    fn main(&self) -> FileId {
        self.modello.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let noto = [&self.modello, self.base].into_iter().find(|sorgente| sorgente.id() == id);
        noto.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.nome_dati { Ok(self.dati.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, indice: usize) -> Option<Font> {
        CARATTERI.get(indice).cloned()
    }

    /// A document's date is in its data: the day it happens to be printed again must not change a byte.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
