//! What the law wants to know of an administrative document (AgID, Allegato 5), with the element names of its schema.

use db::{DiEnte, Tx};
use documenti::Documento;
use kernel::tempo;
use serde_json::{Value, json};

use crate::model::REGISTRO;
use crate::{Corrispondente, ProtocolloError, Registrazione, Verso, queries};

/// The metadata of a registration, its main document and its attachments.
pub(crate) async fn metadati(tx: &mut Tx<DiEnte>, r: &Registrazione) -> Result<Value, ProtocolloError> {
    let ente = enti::intestazione(tx).await?;
    let documenti = queries::documenti_di(tx, r).await?;
    let corrispondenti = queries::corrispondenti(tx, r).await?;
    let classe = documenti::classe_di(tx, r.titolario, &r.classifica).await?;
    let fascicoli = documenti::fascicoli_di(tx, &format!("protocollo/{}", r.chiave())).await?;
    let annullamenti = queries::annullamenti(tx, r).await?;
    let principale = r.documento.and_then(|id| documenti.iter().find(|d| d.id == id));
    let allegati: Vec<&Documento> = documenti.iter().filter(|d| Some(d.id) != r.documento).collect();
    let ruolo = if r.verso == Verso::Entrata { "Mittente" } else { "Destinatario" };
    Ok(json!({
        "IdDoc": principale.map(id_doc),
        "ModalitaDiFormazione": principale.map(|d| d.formazione.letterale()),
        "DatiDiRegistrazione": {
            "TipologiaDiFlusso": r.verso.codice(),
            "TipoRegistro": { "ProtocolloOrdinario": {
                "DataProtocollazioneDocumento": tempo::giorno_a_roma(r.istante),
                "OraProtocollazioneDocumento": tempo::ora_a_roma(r.istante),
                "NumeroProtocolloDocumento": r.sette_cifre(),
                "CodiceRegistro": REGISTRO,
            }},
        },
        "Soggetti": {
            "AmministrazioneCheEffettuaLaRegistrazione": { "Denominazione": ente.denominazione, "CodiceIPA": ente.codice, "AOO": ente.aoo.codice },
            "Assegnatario": r.ufficio_nome,
            ruolo: corrispondenti.iter().map(soggetto).collect::<Vec<_>>(),
            "ResponsabileGestioneDocumentale": ente.aoo.responsabile,
        },
        "ChiaveDescrittiva": { "Oggetto": r.oggetto },
        "Allegati": {
            "NumeroAllegati": allegati.len(),
            "IndiceAllegati": allegati.iter().map(|d| json!({ "IdDoc": id_doc(d), "Descrizione": d.nome })).collect::<Vec<_>>(),
        },
        "Classificazione": {
            "IndiceDiClassificazione": r.classifica,
            "Descrizione": classe.map(|c| c.descrizione),
            "PianoDiClassificazione": format!("versione {}", r.titolario),
        },
        "Riservato": r.riservata,
        "IdentificativoDelFormato": principale.map(|d| json!({ "Formato": d.tipo })),
        "Agg": fascicoli.iter().map(|f| json!({ "TipoAggregazione": "Fascicolo", "IdAggregazione": f.to_string() })).collect::<Vec<_>>(),
        "NomeDelDocumento": principale.map(|d| &d.nome_dichiarato),
        "VersioneDelDocumento": 1,
        "TracciatureModificheDocumento": annullamenti.iter().map(|a| json!({
            "TipoModifica": if a.campo().is_some() { "Rettifica" } else { "Annullamento" },
            "SoggettoAutoreDellaModifica": a.chi,
            "DataModifica": tempo::giorno_a_roma(a.istante),
            "OraModifica": tempo::ora_a_roma(a.istante),
        })).collect::<Vec<_>>(),
    }))
}

fn id_doc(d: &Documento) -> Value {
    json!({
        "ImprontaCrittograficaDelDocumento": { "Impronta": d.impronta, "Algoritmo": "SHA-256" },
        "Identificativo": d.id,
    })
}

fn soggetto(c: &Corrispondente) -> Value {
    let tipo = if c.tipo == "PA" { "PAI" } else { &c.tipo };
    json!({ tipo: { "Denominazione": c.nome, "CodiceFiscale": c.codice_fiscale, "IndirizziDigitaliDiRiferimento": c.recapito } })
}
