//! The daily register: for every day that is over, empty days too, a PDF/A and its data with the head of the chain.

use db::{DiEnte, Tx};
use documenti::{DocumentoId, FiloId, NuovoDocumento};
use jiff::ToSpan;
use jiff::civil::{Date, time};
use jobs::{Cadenza, Compito, Contesto, Esito, Fallito, Incarico, Periodico};
use kernel::oscuramento::Classe;
use kernel::tempo::{self, giorno_a_roma, inizio_del_giorno};
use kernel::{Data, Impronta, calendario};
use pdf::Modello;
use registers::{Dove, Operazione};
use serde_json::{Value, json};

use crate::model::{NOME_REGISTRO, REGISTRO, Verso, sette_cifre};
use crate::{ProtocolloError, queries, sql, stampe};

/// The work that makes the daily registers that are missing.
pub const GIORNALIERO: &str = "protocollo.giornaliero";
const MODELLO: Modello = Modello { nome: "giornaliero", sorgente: include_str!("../templates/giornaliero.typ") };

pub(crate) fn periodici() -> Vec<Periodico> {
    vec![Periodico {
        nome: GIORNALIERO,
        descrizione: "Registro giornaliero di protocollo",
        ogni: Cadenza::OgniGiorno { ora: time(0, 10, 0, 0) },
        esegui: Compito::PerEnte(|cx, i| Box::pin(esegui(cx, i))),
    }]
}

/// Makes every day that is missing: a night without power heals by itself.
async fn esegui(cx: Contesto, i: Incarico) -> Esito {
    produci(&cx, &i).await.map_err(|e| match e {
        ProtocolloError::Pdf(e) => {
            Fallito::rinuncia(e, "Chiama l’assistenza: il modello del registro giornaliero va corretto.")
        }
        e => Fallito::riprova(e),
    })
}

async fn produci(cx: &Contesto, i: &Incarico) -> Result<(), ProtocolloError> {
    loop {
        let mut tx = cx.db.di_ente(i.ente).await?;
        let Some(giorno) = prossimo(&mut tx).await? else { return Ok(()) };
        let bozza = Bozza::leggi(&mut tx, giorno).await?;
        tx.commit().await?;
        // Slow things happen between two transactions; the second finds out if somebody else made the day meanwhile.
        let pdf = pdf::rendi_async(&MODELLO, bozza.per_il_pdf(), bozza.meta()).await?;
        let pdf = cx.archivio.scrivi(&i.codice, &pdf).await?;
        let dati = cx.archivio.scrivi(&i.codice, bozza.dati.to_string().as_bytes()).await?;
        let mut tx = cx.db.di_ente(i.ente).await?;
        if prossimo(&mut tx).await? == Some(giorno) {
            bozza.salva(&mut tx, pdf, dati).await?;
            tx.commit().await?;
        }
    }
}

/// The first day that is over and has no daily register; none when the register is not open, or all days are there.
async fn prossimo(tx: &mut Tx<DiEnte>) -> Result<Option<Data>, ProtocolloError> {
    let aoo = enti::aoo(tx).await?.codice;
    let Some(aperto_il) = queries::aperto_il(tx, &aoo).await? else { return Ok(None) };
    let ente = tx.ente();
    let ultimo: Option<jiff_sqlx::Date> =
        sqlx::query_scalar(sql::ULTIMO_GIORNO).bind(ente).bind(&aoo).fetch_one(tx.conn()).await?;
    let giorno = ultimo.map_or(aperto_il, |u| u.to_jiff().saturating_add(1.day()));
    Ok((giorno <= ultimo_dovuto(tx).await?).then_some(giorno))
}

/// Yesterday; the day it was switched off, if the service is off.
async fn ultimo_dovuto(tx: &mut Tx<DiEnte>) -> Result<Data, ProtocolloError> {
    let ieri = tx.oggi().yesterday().unwrap_or(Date::MIN);
    let storia = enti::storia_servizi(tx).await?;
    let spento = storia.iter().find(|p| p.servizio == "protocollo").and_then(|p| p.al).map(giorno_a_roma);
    Ok(spento.map_or(ieri, |s| s.min(ieri)))
}

/// A day, read and still to be written down.
struct Bozza {
    giorno: Data,
    aoo: String,
    ente: enti::Intestazione,
    righe: Vec<Riga>,
    posizione: i64,
    testa: Impronta,
    entro: Data,
    dati: Value,
}

#[derive(sqlx::FromRow)]
struct Riga {
    posizione: i64,
    operazione: i16,
    numero: Option<i32>,
    istante: jiff_sqlx::Timestamp,
    impronta: Vec<u8>,
    impronta_contenuto: Vec<u8>,
    anno_di: Option<i32>,
    numero_di: Option<i32>,
    verso: Option<Verso>,
    corrispondenti: Option<String>,
    oggetto: Option<String>,
    classifica: Option<String>,
    ufficio: Option<String>,
    impronta_documento: Option<String>,
    /// Why something was erased, when this voce erases.
    classe: Option<String>,
    nota: String,
    /// Who wrote it, when in the name of another or lent by another ente.
    #[sqlx(default)]
    in_nome_altrui: String,
}

impl Bozza {
    async fn leggi(tx: &mut Tx<DiEnte>, giorno: Data) -> Result<Bozza, ProtocolloError> {
        let intestazione = enti::intestazione(tx).await?;
        let aoo = intestazione.aoo.codice.clone();
        let (posizione, testa) = registers::testa_al(tx, &Dove::istante(&aoo, REGISTRO), giorno).await?;
        let ente = tx.ente();
        let mut righe: Vec<Riga> = sqlx::query_as(sql::DEL_GIORNO)
            .bind(ente)
            .bind(&aoo)
            .bind(db::sql(inizio_del_giorno(giorno)))
            .bind(db::sql(inizio_del_giorno(giorno.saturating_add(1.day()))))
            .fetch_all(tx.conn())
            .await?;
        let mut altrui = queries::in_nome_altrui(tx, giorno, giorno).await?;
        for r in &mut righe {
            r.in_nome_altrui = altrui.remove(&(aoo.clone(), r.posizione)).unwrap_or_default();
        }
        let entro = calendario::prossimo_lavorativo(giorno, intestazione.patrono);
        let mut b = Bozza { giorno, aoo, ente: intestazione, righe, posizione, testa, entro, dati: Value::Null };
        b.dati = b.come_dati();
        Ok(b)
    }

    fn registrazioni(&self) -> impl Iterator<Item = &Riga> {
        self.righe.iter().filter(|r| r.numero.is_some())
    }

    fn modifiche(&self) -> impl Iterator<Item = &Riga> {
        self.righe.iter().filter(|r| r.numero.is_none())
    }

    fn estremi(&self) -> (Option<i32>, Option<i32>) {
        (self.registrazioni().find_map(|r| r.numero), self.registrazioni().filter_map(|r| r.numero).last())
    }

    fn identificativo(&self) -> String {
        format!("{}/{}/{REGISTRO}/giornaliero/{}", self.ente.codice, self.aoo, self.giorno)
    }

    /// What a machine reads: the head, and every link of the day.
    fn come_dati(&self) -> Value {
        let (primo, ultimo) = self.estremi();
        json!({
            "identificativo": self.identificativo(),
            "ente": self.ente.codice,
            "denominazione": self.ente.denominazione,
            "aoo": self.aoo,
            "registro": REGISTRO,
            "giorno": self.giorno,
            "responsabile": self.ente.aoo.responsabile,
            "registrazioni": self.registrazioni().count(),
            "modifiche": self.modifiche().count(),
            "primo_numero": primo.map(sette_cifre),
            "ultimo_numero": ultimo.map(sette_cifre),
            "da_conservare_entro": self.entro,
            "testa": { "posizione": self.posizione, "impronta": self.testa },
            "voci": self.righe.iter().map(Riga::come_dati).collect::<Vec<_>>(),
        })
    }

    fn per_il_pdf(&self) -> Value {
        json!({
            "giorno": tempo::in_italiano(self.giorno),
            "registro": NOME_REGISTRO,
            "responsabile": self.ente.aoo.responsabile,
            "entro": tempo::in_italiano(self.entro),
            "testa": { "posizione": self.posizione, "impronta": self.testa },
            "registrazioni": self.registrazioni().map(Riga::registrazione).collect::<Vec<_>>(),
            "modifiche": self.modifiche().map(Riga::modifica).collect::<Vec<_>>(),
        })
    }

    fn meta(&self) -> pdf::Meta {
        // The instant is the end of the day: the same day always makes the same bytes.
        let fine = inizio_del_giorno(self.giorno.saturating_add(1.day()));
        let titolo = format!("Registro giornaliero di protocollo del {}", tempo::in_italiano(self.giorno));
        stampe::meta(&self.ente, titolo, fine, self.identificativo())
    }

    async fn salva(
        &self,
        tx: &mut Tx<DiEnte>,
        pdf: storage::Ricevuto,
        dati: storage::Ricevuto,
    ) -> Result<(), ProtocolloError> {
        let filo = self.filo(tx).await?;
        let nome = format!("registro-giornaliero-{}", self.giorno);
        let pdf = aggiungi(tx, filo, &format!("{nome}.pdf"), pdf).await?;
        let dati = aggiungi(tx, filo, &format!("{nome}.json"), dati).await?;
        let (ente, now, (primo, ultimo)) = (tx.ente(), tx.now(), self.estremi());
        let dove = Dove::istante(&self.aoo, REGISTRO);
        registers::salva_testa(tx, &dove, self.giorno, self.posizione, &self.testa).await?;
        sqlx::query(sql::SALVA_GIORNALIERO)
            .bind(ente)
            .bind(&self.aoo)
            .bind(db::sql(self.giorno))
            .bind(i32::try_from(self.registrazioni().count()).unwrap_or(i32::MAX))
            .bind(i32::try_from(self.modifiche().count()).unwrap_or(i32::MAX))
            .bind(primo)
            .bind(ultimo)
            .bind(self.posizione)
            .bind(self.testa.as_bytes().as_slice())
            .bind(filo)
            .bind(pdf)
            .bind(dati)
            .bind(db::sql(now))
            .bind(db::sql(self.entro))
            .execute(tx.conn())
            .await?;
        Ok(())
    }

    /// The daily registers of a year hang on one thread.
    async fn filo(&self, tx: &mut Tx<DiEnte>) -> Result<FiloId, ProtocolloError> {
        let (ente, anno) = (tx.ente(), self.giorno.year());
        let gia: Option<FiloId> = sqlx::query_scalar(sql::FILO_DEI_GIORNALIERI)
            .bind(ente)
            .bind(&self.aoo)
            .bind(db::sql(self.giorno.first_of_year()))
            .bind(db::sql(self.giorno.last_of_year()))
            .fetch_optional(tx.conn())
            .await?;
        match gia {
            Some(f) => Ok(f),
            None => Ok(documenti::nuovo_filo_del_programma(tx, &format!("Registri giornalieri {anno}")).await?),
        }
    }
}

/// It shows every subject of the day: only who reads reserved documents opens it.
async fn aggiungi(
    tx: &mut Tx<DiEnte>,
    filo: FiloId,
    nome: &str,
    r: storage::Ricevuto,
) -> Result<DocumentoId, ProtocolloError> {
    let d = NuovoDocumento { riservato: true, ..NuovoDocumento::generato(nome, r) };
    Ok(documenti::aggiungi_del_programma(tx, filo, &d).await?.id)
}

impl Riga {
    fn nome(&self) -> &'static str {
        Operazione::da(self.operazione).map_or("", Operazione::nome)
    }

    /// `0000123`, or `0000123/2025` when the change is about another year.
    fn numero_di(&self) -> String {
        self.numero_di.map(sette_cifre).unwrap_or_default()
    }

    fn ora(&self) -> String {
        tempo::ora_a_roma(self.istante.to_jiff())
    }

    fn come_dati(&self) -> Value {
        let hex = |b: &Vec<u8>| Impronta::try_from(b.as_slice()).ok();
        json!({
            "posizione": self.posizione,
            "operazione": self.nome(),
            "numero": self.numero.map(sette_cifre),
            "registrazione": self.anno_di.map(|a| format!("{a}/{}", self.numero_di())),
            "istante": self.istante.to_jiff(),
            "verso": self.verso.map(Verso::codice),
            "corrispondenti": self.corrispondenti,
            "oggetto": self.oggetto,
            "classifica": self.classifica,
            "impronta_documento": self.impronta_documento,
            "impronta_contenuto": hex(&self.impronta_contenuto),
            "impronta": hex(&self.impronta),
        })
    }

    fn nota(&self) -> String {
        let nota = match self.classe.as_deref().and_then(Classe::da) {
            Some(c) => format!("{} ({})", c.nome(), self.nota),
            None => self.nota.clone(),
        };
        self.firmata(nota)
    }

    /// The text, and who wrote it when it was not in their own name.
    fn firmata(&self, testo: String) -> String {
        if self.in_nome_altrui.is_empty() {
            testo
        } else {
            format!("{testo} [da {}]", self.in_nome_altrui).trim_start().to_owned()
        }
    }

    fn registrazione(&self) -> Value {
        let testo = |t: &Option<String>| t.clone().unwrap_or_default();
        json!([
            self.numero_di(),
            self.ora(),
            self.verso.map_or("", Verso::codice),
            testo(&self.corrispondenti),
            self.firmata(testo(&self.oggetto)),
            testo(&self.classifica),
            testo(&self.ufficio),
            self.impronta_documento.as_deref().map_or("", |i| &i[..16]),
        ])
    }

    fn modifica(&self) -> Value {
        json!([
            format!("{}/{}", self.numero_di(), self.anno_di.unwrap_or_default()),
            self.ora(),
            self.nome(),
            self.oggetto.clone().unwrap_or_default(),
            self.nota(),
        ])
    }
}
