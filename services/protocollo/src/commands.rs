//! Use cases that write. The number is the last thing that happens: everything slow came before.

use authz::{Azione, Chi, Permesso};
use db::{DiEnte, Tx};
use documenti::{Documento, FiloId, NuovoDocumento};
use registers::{Dove, Iscritta, Operazione, Regola, Richiesta, Voce};
use serde_json::{Map, Value, json};

use crate::model::{self, NOME_OSCURATO, NOME_REGISTRO, REGISTRO, Verso};
use crate::permissions::{Annulla, Oscura, PrendiInCarico, Registra, Riassegna};
use crate::{
    Annullamento, Autorizzazione, Campo, ChiaveValore, DaOscurare, DaRegistrare, Dato, Nuovo, ProtocolloError,
    Registrata, Registrazione, Valore, queries, sql,
};

type Esito<T> = Result<T, ProtocolloError>;
const COMANDO: &str = "protocollo.registra";

/// Opens the register of the AOO in force; opening it again changes nothing.
pub async fn apri_registro(tx: &mut Tx<DiEnte>) -> Esito<()> {
    let aoo = enti::aoo(tx).await?;
    Ok(registers::apri_registro(tx, &aoo.codice, REGISTRO, NOME_REGISTRO, Regola::Istante).await?)
}

/// Gives a number: rows of documents first, then voce, then what the voce says, in one transaction.
pub async fn registra(tx: &mut Tx<DiEnte>, p: &Permesso<Registra>, da: &DaRegistrare) -> Esito<Registrata> {
    p.vale_per(tx)?;
    let da = da.pulita(tx.now())?;
    if let Some((chiave, impronta)) = &da.richiesta
        && let Richiesta::GiaFatta(esito) = registers::chiedi(tx, *chiave, COMANDO, impronta).await?
    {
        return serde_json::from_value(esito).map_err(|_| ProtocolloError::AltroContenuto);
    }
    ufficio_in_vigore(tx, &da.ufficio).await?;
    let classe = documenti::classe(tx, &da.classifica).await?;
    let aoo = enti::aoo(tx).await?.codice;
    let filo = filo(tx, p.chi(), &da).await?;
    let documento = match &da.documento {
        Some(d) => Some(aggiungi_documento(tx, p.chi(), filo, d, da.riservata).await?),
        None => None,
    };
    let mut allegati = Vec::new();
    for a in &da.allegati {
        allegati.push(aggiungi_documento(tx, p.chi(), filo, a, da.riservata).await?);
    }
    let bozza = Bozza {
        mittente: (da.verso != Verso::Entrata).then(|| p.ufficio()),
        chi: p.chi(),
        da: &da,
        titolario: classe.versione,
        filo,
        documento: documento.as_ref(),
        allegati: &allegati,
    };
    let iscritta = registers::iscrivi(tx, &Dove::istante(&aoo, REGISTRO), &bozza.voce().firmata(p)).await?;
    let fatta = bozza.salva(tx, &aoo, &iscritta).await?;
    p.annota(
        tx,
        &format!("protocollo/{}", fatta.chiave()),
        json!({ "verso": da.verso.codice(), "classifica": da.classifica }),
    )
    .await?;
    if let Some((chiave, _)) = da.richiesta {
        let esito = serde_json::to_value(&fatta).map_err(|e| db::Error::Cluster(e.to_string()))?;
        registers::rispondi(tx, chiave, &esito).await?;
    }
    Ok(fatta)
}

async fn ufficio_in_vigore(tx: &mut Tx<DiEnte>, codice: &str) -> Esito<()> {
    let c_e = authz::uffici(tx).await?.iter().any(|(c, _)| c == codice);
    if c_e { Ok(()) } else { Err(ProtocolloError::UfficioIgnoto(codice.to_owned())) }
}

async fn filo(tx: &mut Tx<DiEnte>, chi: &Chi, da: &DaRegistrare) -> Esito<FiloId> {
    match da.filo {
        Some(f) if documenti::filo(tx, f).await?.is_some() => Ok(f),
        Some(_) => Err(documenti::DocumentiError::FiloIgnoto.into()),
        None if da.riservata => Ok(documenti::nuovo_filo(tx, chi, "Faccenda riservata").await?),
        None => Ok(documenti::nuovo_filo(tx, chi, &da.oggetto).await?),
    }
}

async fn aggiungi_documento(
    tx: &mut Tx<DiEnte>,
    chi: &Chi,
    filo: FiloId,
    d: &NuovoDocumento,
    riservato: bool,
) -> Esito<Documento> {
    Ok(documenti::aggiungi(tx, chi, filo, &NuovoDocumento { riservato, ..d.clone() }).await?)
}

/// All that a registration says, but for what the register decides.
#[derive(Debug)]
pub struct Bozza<'a> {
    pub chi: &'a Chi,
    pub da: &'a DaRegistrare,
    /// The office that wrote it, when it does not come from outside.
    pub mittente: Option<&'a str>,
    pub titolario: i32,
    pub filo: FiloId,
    pub documento: Option<&'a Documento>,
    pub allegati: &'a [Documento],
}

impl Bozza<'_> {
    /// Subject, correspondents and the sender's number may carry personal data: the chain holds only their salted hash.
    pub fn voce(&self) -> Voce {
        let da = self.da;
        let mut c = Map::new();
        c.insert("verso".into(), json!(da.verso.codice()));
        c.insert("mezzo".into(), json!(da.mezzo));
        c.insert("riservata".into(), json!(da.riservata));
        c.insert("classifica".into(), json!(da.classifica));
        c.insert("titolario".into(), json!(self.titolario));
        c.insert("ufficio".into(), json!(da.ufficio));
        c.insert("filo".into(), json!(self.filo));
        c.insert("persona".into(), json!(self.chi.persona));
        c.insert("arrivato_con_ora".into(), json!(da.arrivo.is_none_or(|a| a.con_ora)));
        let mut forse = |nome: &str, v: Option<Value>| v.map(|v| c.insert(nome.to_owned(), v));
        forse("arrivato_us", self.arrivo().map(|a| json!(a.as_microsecond())));
        forse("ufficio_mittente", self.mittente.map(|u| json!(u)));
        forse("data_mittente", da.data_mittente.map(|d| json!(d)));
        forse("documento", self.documento.map(|d| json!(d.id)));
        forse("impronta", self.documento.map(|d| json!(d.impronta)));
        forse("allegati", (!self.allegati.is_empty()).then(|| self.allegati_numerati()));
        let mut voce = Voce::nuova(Operazione::Registrazione, Value::Object(c)).riservato("oggetto", &da.oggetto);
        if da.verso != Verso::Interno {
            voce = voce.riservato("corrispondenti", &json!(da.corrispondenti).to_string());
        }
        if !da.numero_mittente.is_empty() {
            voce = voce.riservato("numero_mittente", &da.numero_mittente);
        }
        voce
    }

    fn arrivo(&self) -> Option<jiff::Timestamp> {
        self.da.arrivo.filter(|_| self.da.verso == Verso::Entrata).map(|a| a.istante)
    }

    /// The canonical form has no arrays: attachments are numbered.
    fn allegati_numerati(&self) -> Value {
        let voce =
            |(n, d): (usize, &Documento)| ((n + 1).to_string(), json!({ "documento": d.id, "impronta": d.impronta }));
        Value::Object(self.allegati.iter().enumerate().map(voce).collect())
    }

    async fn salva(&self, tx: &mut Tx<DiEnte>, aoo: &str, i: &Iscritta) -> Esito<Registrata> {
        let (da, ente) = (self.da, tx.ente());
        let arrivo = (da.verso == Verso::Entrata).then(|| self.arrivo().unwrap_or(i.istante));
        let elenco: Vec<Value> =
            self.allegati.iter().map(|d| json!({ "documento": d.id, "impronta": d.impronta })).collect();
        let numero = i.numero.unwrap_or_default();
        sqlx::query(sql::SALVA)
            .bind(ente)
            .bind(aoo)
            .bind(i.serie)
            .bind(numero)
            .bind(i.posizione)
            .bind(da.verso)
            .bind(db::sql(i.istante))
            .bind(arrivo.map(db::sql))
            .bind(da.arrivo.is_none_or(|a| a.con_ora))
            .bind(&da.oggetto)
            .bind(model::in_riga(&da.corrispondenti))
            .bind(self.documento.map(|d| d.id))
            .bind(self.documento.map(|d| d.impronta.as_bytes().to_vec()))
            .bind(&da.mezzo)
            .bind(Some(&da.numero_mittente).filter(|n| !n.is_empty()))
            .bind(da.data_mittente.map(db::sql))
            .bind(&da.classifica)
            .bind(self.titolario)
            .bind(&da.ufficio)
            .bind(self.mittente)
            .bind(self.filo)
            .bind(da.riservata)
            .bind(self.chi.persona)
            .bind(Value::Array(elenco))
            .bind(json!(da.corrispondenti))
            .execute(tx.conn())
            .await?;
        Ok(Registrata { anno: i.serie, numero, istante: i.istante, posizione: i.posizione, filo: self.filo })
    }
}

/// Changes office and class: the only two data of a registration that may change, each time with a voce.
pub async fn riassegna(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Riassegna>,
    anno: i32,
    numero: i32,
    ufficio: &str,
    classifica: &str,
) -> Esito<Riassegnata> {
    p.vale_per(tx)?;
    let r = da_cambiare(tx, anno, numero).await?;
    ufficio_in_vigore(tx, ufficio).await?;
    let titolario = match classifica == r.classifica {
        true => r.titolario,
        false => documenti::classe(tx, classifica).await?.versione,
    };
    if (ufficio, classifica) == (r.ufficio.as_str(), r.classifica.as_str()) {
        return Err(ProtocolloError::Uguale);
    }
    let passaggio = sposta(tx, p.chi(), &r, ufficio, classifica, titolario, |v| v.firmata(p)).await?;
    let prima = json!({ "da": { "ufficio": r.ufficio, "classifica": r.classifica }, "a": { "ufficio": ufficio, "classifica": classifica } });
    p.annota(tx, &format!("protocollo/{}", r.chiave()), prima).await?;
    let (ufficio, classifica, titolario) = (r.ufficio, r.classifica, r.titolario);
    Ok(Riassegnata { ufficio, classifica, titolario, passaggio })
}

/// How a registration stood before it was given to others, and the voci of the two assignments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Riassegnata {
    pub ufficio: String,
    pub classifica: String,
    pub titolario: i32,
    pub passaggio: Passaggio,
}

/// The voce of the assignment that stepped aside, and of the one that took its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passaggio {
    pub da: i64,
    pub a: i64,
}

/// Gives it back to who had it, if nobody has touched it since: one more voce, and who had taken charge has it still. An
/// office or a class that was closed meanwhile is taken as it was: it is the state of half a minute ago.
pub(crate) async fn rimetti(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Riassegna>,
    anno: i32,
    numero: i32,
    era: &Riassegnata,
) -> Esito<()> {
    p.vale_per(tx)?;
    let r = da_cambiare(tx, anno, numero).await?;
    let ente = tx.ente();
    let corrente: i64 =
        sqlx::query_scalar(sql::CORRENTE).bind(ente).bind(&r.aoo).bind(anno).bind(numero).fetch_one(tx.conn()).await?;
    if corrente != era.passaggio.a {
        return Err(ProtocolloError::Cambiata);
    }
    sposta(tx, p.chi(), &r, &era.ufficio, &era.classifica, era.titolario, |v| v.firmata(p)).await?;
    sqlx::query(sql::COME_PRIMA)
        .bind(ente)
        .bind(&r.aoo)
        .bind(anno)
        .bind(numero)
        .bind(era.passaggio.da)
        .execute(tx.conn())
        .await?;
    let dettaglio = json!({ "rimessa": { "ufficio": era.ufficio, "classifica": era.classifica } });
    p.annota(tx, &format!("protocollo/{}", r.chiave()), dettaglio).await?;
    Ok(())
}

/// Gives what an office has in hand to another one, each registration with its voce: the first office closes, by an act of
/// the ente, and whoever closes it answers for it (`enti.uffici`).
pub(crate) async fn passa_carico(tx: &mut Tx<DiEnte>, chi: &Chi, da: &str, a: &str) -> Esito<()> {
    for (anno, numero) in queries::in_carico(tx, da).await? {
        let r = da_cambiare(tx, anno, numero).await?;
        sposta(tx, chi, &r, a, &r.classifica, r.titolario, |v| v).await?;
    }
    Ok(())
}

/// The voce, then the rows that follow from it.
async fn sposta(
    tx: &mut Tx<DiEnte>,
    chi: &Chi,
    r: &Registrazione,
    ufficio: &str,
    classifica: &str,
    titolario: i32,
    firma: impl FnOnce(Voce) -> Voce,
) -> Esito<Passaggio> {
    let (anno, numero) = (r.anno, r.numero);
    let contenuto = json!({ "ufficio": ufficio, "classifica": classifica, "titolario": titolario });
    let voce = firma(Voce::su(Operazione::Riassegnazione, r.posizione, contenuto));
    let i = registers::iscrivi(tx, &Dove::istante(&r.aoo, REGISTRO), &voce).await?;
    let ente = tx.ente();
    let da: i64 = sqlx::query_scalar(sql::NON_CORRENTE)
        .bind(ente)
        .bind(&r.aoo)
        .bind(anno)
        .bind(numero)
        .fetch_one(tx.conn())
        .await?;
    sqlx::query(sql::NUOVA_ASSEGNAZIONE)
        .bind(ente)
        .bind(&r.aoo)
        .bind(anno)
        .bind(numero)
        .bind(i.posizione)
        .bind(ufficio)
        .bind(classifica)
        .bind(titolario)
        .bind(db::sql(i.istante))
        .bind(chi.persona)
        .execute(tx.conn())
        .await?;
    sqlx::query(sql::RIASSEGNA)
        .bind(ente)
        .bind(&r.aoo)
        .bind(anno)
        .bind(numero)
        .bind(ufficio)
        .bind(classifica)
        .bind(titolario)
        .execute(tx.conn())
        .await?;
    Ok(Passaggio { da, a: i.posizione })
}

/// The office says that it is dealing with it: it leaves the desk of the others. Gives back the voce of its assignment.
pub async fn prendi_in_carico(tx: &mut Tx<DiEnte>, p: &Permesso<PrendiInCarico>, anno: i32, numero: i32) -> Esito<i64> {
    p.vale_per(tx)?;
    let r = da_cambiare(tx, anno, numero).await?;
    let (ente, now) = (tx.ente(), tx.now());
    let presa: Option<i64> = sqlx::query_scalar(sql::PRENDI)
        .bind(ente)
        .bind(&r.aoo)
        .bind(anno)
        .bind(numero)
        .bind(db::sql(now))
        .bind(p.chi().persona)
        .fetch_optional(tx.conn())
        .await?;
    let presa = presa.ok_or(ProtocolloError::GiaPresa)?;
    p.annota(tx, &format!("protocollo/{}", r.chiave()), json!({ "ufficio": r.ufficio })).await?;
    Ok(presa)
}

/// Whoever took charge by mistake gives it back to the office, if nothing has happened to it since.
pub(crate) async fn lascia(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<PrendiInCarico>,
    anno: i32,
    numero: i32,
    presa: i64,
) -> Esito<()> {
    p.vale_per(tx)?;
    let r = da_cambiare(tx, anno, numero).await?;
    let lasciate = sqlx::query(sql::LASCIA)
        .bind(tx.ente())
        .bind(&r.aoo)
        .bind(anno)
        .bind(numero)
        .bind(presa)
        .bind(p.chi().persona)
        .execute(tx.conn())
        .await?;
    if lasciate.rows_affected() == 0 {
        return Err(ProtocolloError::Cambiata);
    }
    p.annota(tx, &format!("protocollo/{}", r.chiave()), json!({ "lasciata": r.ufficio })).await?;
    Ok(())
}

/// Annuls a whole registration (art. 54): it stays readable, and is found by search as before.
pub async fn annulla(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Annulla>,
    anno: i32,
    numero: i32,
    a: &Autorizzazione,
) -> Esito<()> {
    p.vale_per(tx)?;
    let autorizzata = a.pulita(tx.oggi())?;
    let r = da_cambiare(tx, anno, numero).await?;
    let voce = Voce::su(Operazione::Annullamento, r.posizione, provvedimento(&autorizzata))
        .riservato("motivo", &autorizzata.0);
    let i = iscrivi(tx, p, &r, voce).await?;
    let ente = tx.ente();
    sqlx::query(sql::ANNULLA)
        .bind(ente)
        .bind(&r.aoo)
        .bind(anno)
        .bind(numero)
        .bind(db::sql(i.istante))
        .execute(tx.conn())
        .await?;
    segna(tx, p, &r, &i, None, ("", ""), &autorizzata).await
}

/// Annuls one field and writes it anew (art. 54): the old value and the new one are both readable.
pub async fn rettifica(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Annulla>,
    anno: i32,
    numero: i32,
    nuovo: &Nuovo,
    a: &Autorizzazione,
) -> Esito<()> {
    p.vale_per(tx)?;
    let autorizzata = a.pulita(tx.oggi())?;
    let r = da_cambiare(tx, anno, numero).await?;
    let campo = nuovo.campo();
    let nuovo = pulito(nuovo, r.verso, tx.oggi())?;
    let prima = valore(&r, campo);
    let dopo = match &nuovo {
        Nuovo::Oggetto(t) | Nuovo::NumeroMittente(t) => t.clone(),
        Nuovo::Corrispondenti(c) => model::in_riga(c),
        Nuovo::DataMittente(d) => d.map(|d| d.to_string()).unwrap_or_default(),
    };
    if uguale(tx, &r, &nuovo, &prima, &dopo).await? {
        return Err(ProtocolloError::Uguale);
    }
    let i = iscrivi(tx, p, &r, voce_di_rettifica(&r, &nuovo, &autorizzata)).await?;
    let ente = tx.ente();
    let data = if let Nuovo::DataMittente(d) = &nuovo { *d } else { None };
    sqlx::query(sql::RETTIFICA)
        .bind(ente)
        .bind(&r.aoo)
        .bind(anno)
        .bind(numero)
        .bind(campo.codice())
        .bind(&prima)
        .bind(&dopo)
        .bind(data.map(db::sql))
        .execute(tx.conn())
        .await?;
    if let Nuovo::Corrispondenti(c) = &nuovo {
        sqlx::query(sql::NUOVI_CORRISPONDENTI)
            .bind(ente)
            .bind(&r.aoo)
            .bind(anno)
            .bind(numero)
            .bind(i.posizione)
            .bind(json!(c))
            .execute(tx.conn())
            .await?;
    }
    segna(tx, p, &r, &i, Some(campo), (&prima, &dopo), &autorizzata).await
}

type Autorizzata = (String, String, kernel::Data);

fn provvedimento((_, provvedimento, data): &Autorizzata) -> Value {
    json!({ "provvedimento": provvedimento, "provvedimento_data": data })
}

fn pulito(n: &Nuovo, verso: Verso, oggi: kernel::Data) -> Esito<Nuovo> {
    Ok(match n {
        Nuovo::Oggetto(o) => Nuovo::Oggetto(model::oggetto(o)?),
        Nuovo::Corrispondenti(_) if verso == Verso::Interno => return Err(ProtocolloError::Uguale),
        Nuovo::Corrispondenti(c) => Nuovo::Corrispondenti(model::corrispondenti(verso, c)?),
        Nuovo::NumeroMittente(t) => Nuovo::NumeroMittente(model::riga("numero_mittente", t, 100)?),
        Nuovo::DataMittente(Some(d)) if *d > oggi => return Err(ProtocolloError::DataFutura),
        Nuovo::DataMittente(d) => Nuovo::DataMittente(*d),
    })
}

fn valore(r: &Registrazione, campo: Campo) -> String {
    match campo {
        Campo::Oggetto => r.oggetto.clone(),
        Campo::Corrispondenti => r.corrispondenti.clone(),
        Campo::NumeroMittente => r.numero_mittente.clone().unwrap_or_default(),
        Campo::DataMittente => r.data_mittente().map(|d| d.to_string()).unwrap_or_default(),
    }
}

/// Correspondents with the same names may still differ in an address.
async fn uguale(tx: &mut Tx<DiEnte>, r: &Registrazione, n: &Nuovo, prima: &str, dopo: &str) -> Esito<bool> {
    Ok(match n {
        Nuovo::Corrispondenti(c) => queries::corrispondenti(tx, r).await? == *c,
        _ => prima == dopo,
    })
}

fn voce_di_rettifica(r: &Registrazione, n: &Nuovo, autorizzata: &Autorizzata) -> Voce {
    let mut contenuto = provvedimento(autorizzata);
    contenuto["campi"] = json!(n.campo().codice());
    if let Nuovo::DataMittente(Some(d)) = n {
        contenuto["data_mittente"] = json!(d);
    }
    let voce = Voce::su(Operazione::Rettifica, r.posizione, contenuto).riservato("motivo", &autorizzata.0);
    match n {
        Nuovo::Oggetto(o) => voce.riservato("oggetto", o),
        Nuovo::Corrispondenti(c) => voce.riservato("corrispondenti", &json!(c).to_string()),
        Nuovo::NumeroMittente(t) if !t.is_empty() => voce.riservato("numero_mittente", t),
        Nuovo::NumeroMittente(_) | Nuovo::DataMittente(_) => voce,
    }
}

async fn segna(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Annulla>,
    r: &Registrazione,
    i: &Iscritta,
    campo: Option<Campo>,
    (prima, dopo): (&str, &str),
    (motivo, provvedimento, data): &Autorizzata,
) -> Esito<()> {
    let ente = tx.ente();
    sqlx::query(sql::SEGNA_ANNULLAMENTO)
        .bind(ente)
        .bind(&r.aoo)
        .bind(r.anno)
        .bind(r.numero)
        .bind(i.posizione)
        .bind(campo.map_or("", Campo::codice))
        .bind(prima)
        .bind(dopo)
        .bind(motivo)
        .bind(provvedimento)
        .bind(db::sql(*data))
        .bind(db::sql(i.istante))
        .bind(p.chi().persona)
        .execute(tx.conn())
        .await?;
    let dettaglio = json!({ "campo": campo.map(Campo::codice), "provvedimento": provvedimento });
    p.annota(tx, &format!("protocollo/{}", r.chiave()), dettaglio).await?;
    Ok(())
}

/// Erases personal data that the law orders to erase: from the register's clear values and from every table here, also
/// from an annulled registration. The voci stay, and the chain still holds.
pub async fn oscura(
    tx: &mut Tx<DiEnte>,
    p: &Permesso<Oscura>,
    anno: i32,
    numero: i32,
    d: &DaOscurare,
) -> Esito<Vec<Valore>> {
    p.vale_per(tx)?;
    let (provvedimento, data) = d.provvedimento(tx.oggi())?;
    let r = da_toccare(tx, anno, numero).await?;
    let annullamenti = queries::annullamenti(tx, &r).await?;
    let via = d.fra(&queries::valori(tx, &r, &annullamenti).await?)?;
    let perche = json!({ "classe": d.classe.codice(), "provvedimento": provvedimento, "provvedimento_data": data, "persona": p.chi().persona });
    let perche = p.segna(perche);
    let (ente, dove) = (tx.ente(), Dove::istante(&r.aoo, REGISTRO));
    for (su, campi) in model::per_voce(&via) {
        let i = registers::oscura(tx, &dove, su, &campi, perche.clone()).await?;
        sqlx::query(sql::SEGNA_OSCURAMENTO)
            .bind(ente)
            .bind(&r.aoo)
            .bind(anno)
            .bind(numero)
            .bind(i.posizione)
            .bind(su)
            .bind(campi.join(","))
            .bind(d.classe.codice())
            .bind(&provvedimento)
            .bind(db::sql(data))
            .bind(db::sql(i.istante))
            .bind(p.chi().persona)
            .execute(tx.conn())
            .await?;
    }
    copri(tx, &r, &annullamenti, &via).await?;
    let oggetti: Vec<String> = via.iter().filter(|v| v.chiave.dato == Dato::Oggetto).map(Valore::testo).collect();
    documenti::oscura_titolo(tx, r.filo, &oggetti).await?;
    let oscurati: Vec<String> = via.iter().map(|v| v.chiave.to_string()).collect();
    let dettaglio = json!({ "oscurati": oscurati, "classe": d.classe.codice(), "provvedimento": provvedimento });
    p.annota(tx, &format!("protocollo/{}", r.chiave()), dettaglio).await?;
    Ok(via)
}

/// Puts placeholders where the tables repeat an erased value.
async fn copri(tx: &mut Tx<DiEnte>, r: &Registrazione, annullamenti: &[Annullamento], via: &[Valore]) -> Esito<()> {
    let ente = tx.ente();
    for a in model::coperti(r.posizione, annullamenti, via) {
        sqlx::query(sql::COPRI_ANNULLAMENTO)
            .bind(ente)
            .bind(&r.aoo)
            .bind(r.anno)
            .bind(r.numero)
            .bind(a.posizione)
            .bind(a.prima)
            .bind(a.dopo)
            .bind(a.motivo)
            .execute(tx.conn())
            .await?;
    }
    let nomi: Vec<i64> =
        via.iter().filter(|v| v.chiave.dato == Dato::Corrispondenti).map(|v| v.chiave.posizione).collect();
    sqlx::query(sql::COPRI_NOMI)
        .bind(ente)
        .bind(&r.aoo)
        .bind(r.anno)
        .bind(r.numero)
        .bind(nomi)
        .bind(NOME_OSCURATO)
        .execute(tx.conn())
        .await?;
    let se_di_adesso = |dato: Dato| {
        let posizione = model::scritto_da(r.posizione, annullamenti, dato, i64::MAX);
        via.iter().any(|v| v.chiave == ChiaveValore { posizione, dato }).then(|| dato.segnaposto())
    };
    sqlx::query(sql::COPRI)
        .bind(ente)
        .bind(&r.aoo)
        .bind(r.anno)
        .bind(r.numero)
        .bind(se_di_adesso(Dato::Oggetto))
        .bind(se_di_adesso(Dato::Corrispondenti))
        .bind(se_di_adesso(Dato::NumeroMittente))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Locks the registration: two changes of the same one are made one after the other.
async fn da_toccare(tx: &mut Tx<DiEnte>, anno: i32, numero: i32) -> Esito<Registrazione> {
    let ente = tx.ente();
    let r: Option<Registrazione> =
        sqlx::query_as(sql::DA_TOCCARE).bind(ente).bind(anno).bind(numero).fetch_optional(tx.conn()).await?;
    r.ok_or(ProtocolloError::Ignota)
}

/// The same, unless it is annulled.
async fn da_cambiare(tx: &mut Tx<DiEnte>, anno: i32, numero: i32) -> Esito<Registrazione> {
    let r = da_toccare(tx, anno, numero).await?;
    r.puo_cambiare()?;
    Ok(r)
}

async fn iscrivi<A: Azione>(tx: &mut Tx<DiEnte>, p: &Permesso<A>, r: &Registrazione, voce: Voce) -> Esito<Iscritta> {
    Ok(registers::iscrivi(tx, &Dove::istante(&r.aoo, REGISTRO), &voce.firmata(p)).await?)
}
