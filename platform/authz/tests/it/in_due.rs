//! Recovery by two people: one asks, another confirms, and what was lost opens nothing any more.

use authz::AccessoNegato::CodiceErrato;
use authz::{
    Chi, CodiceInDue, Deciso, Entrata, Manca, PersonaId, Richiesto, Sessione, chiedi_recupero, conferma_recupero,
    rifiuta_recupero,
};
use db::Scarto;
use uuid::Uuid;

use crate::casa::{Casa, PAROLA};
use crate::chiavetta::Chiavetta;
use crate::passkey::con_chiavetta;

/// Anna of Valbruna has a key; Ugo and Ada administer.
async fn in_tre() -> (Casa, Chiavetta, Sessione, Chi, Chi) {
    let (casa, k, anna) = con_chiavetta().await;
    for utente in ["ugo.neri", "ada.rossi"] {
        casa.assumi(casa.valbruna, utente, "amministratore").await;
    }
    let (ugo, ada) = (casa.chi("ugo.neri").await, casa.chi("ada.rossi").await);
    (casa, k, anna, ugo, ada)
}

async fn chiedi(casa: &Casa, chi: &Chi, persona: PersonaId) -> Option<Uuid> {
    let mut tx = casa.tx(casa.valbruna).await;
    let id = chiedi_recupero(&mut tx, chi, persona, "telefono rubato").await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn conferma(casa: &Casa, chi: &Chi, id: Uuid) -> Deciso {
    let mut tx = casa.tx(casa.valbruna).await;
    let deciso = conferma_recupero(&mut tx, chi, id).await.unwrap();
    tx.commit().await.unwrap();
    deciso
}

async fn codice(casa: &Casa, (chiede, conferma_): (&Chi, &Chi), persona: PersonaId) -> CodiceInDue {
    let id = chiedi(casa, chiede, persona).await.unwrap();
    match conferma(casa, conferma_, id).await {
        Deciso::Confermato(c) => c,
        altro => panic!("{altro:?}"),
    }
}

async fn parola(casa: &Casa) -> Entrata {
    authz::accedi(&casa.prova.db, "anna.bianchi", PAROLA, "192.0.2.1").await.unwrap()
}

async fn prova(casa: &Casa, token: &str, scritto: &str) -> Result<Entrata, authz::AccessoNegato> {
    authz::prova_codice(&casa.prova.db, &casa.serratura, token, scritto, "192.0.2.1".into()).await
}

#[tokio::test]
async fn two_people_open_the_door_once_and_take_away_what_was_lost() {
    let (casa, _, anna, ugo, ada) = in_tre().await;
    let persona = anna.chi.persona;
    let id = chiedi(&casa, &ugo, persona).await.unwrap();
    assert!(chiedi(&casa, &ada, persona).await.is_none(), "one open at a time");
    for chi in [&ugo, &anna.chi] {
        assert!(matches!(conferma(&casa, chi, id).await, Deciso::ServeUnAltro), "{}", chi.nome);
    }
    let mut altrove = casa.tx(casa.valdora).await;
    assert!(
        matches!(conferma_recupero(&mut altrove, &ada, id).await.unwrap(), Deciso::Finito),
        "not of another comune"
    );
    drop(altrove);
    let mio = authz::mio_accesso(&casa.prova.db, &anna).await.unwrap();
    assert!(!mio.sessioni.is_empty() && mio.passkey.len() == 1, "nothing has happened yet");
    let Deciso::Confermato(dato) = conferma(&casa, &ada, id).await else { panic!("not confirmed") };
    assert!(matches!(conferma(&casa, &ada, id).await, Deciso::Finito), "decided once");
    let mio = authz::mio_accesso(&casa.prova.db, &anna).await.unwrap();
    assert_eq!((mio.sessioni.len(), mio.eventi[0].fatto.as_str()), (0, "recupero"), "whoever was in is out, and told");

    // The password first, as always.
    let i = parola(&casa).await;
    assert!(!i.aperta);
    assert!(matches!(prova(&casa, &i.token, "AAAA-AAAA-AAAA-AAAA").await, Err(CodiceErrato)));
    assert!(prova(&casa, &i.token, &dato.codice).await.unwrap().aperta);
    let mio = authz::mio_accesso(&casa.prova.db, &anna).await.unwrap();
    assert_eq!((mio.passkey.len(), mio.codici), (0, 0), "key and papers are gone with what was lost");
    assert!(parola(&casa).await.aperta, "nothing is left to prove");
    casa.butta().await;
}

#[tokio::test]
async fn a_role_that_asks_leads_who_was_recovered_to_enrol_again() {
    let (casa, _, anna, ugo, ada) = in_tre().await;
    let mut tx = casa.tx(casa.valbruna).await;
    authz::chiedi(&mut tx, "protocollo", Some(Richiesto::Passkey)).await.unwrap();
    tx.commit().await.unwrap();
    let dato = codice(&casa, (&ugo, &ada), anna.chi.persona).await;
    let i = parola(&casa).await;
    assert!(!prova(&casa, &i.token, &dato.codice).await.unwrap().aperta);
    let ingresso = authz::ingresso(&casa.prova.db, &i.token).await.unwrap().unwrap();
    assert_eq!(ingresso.manca, Manca::Iscrizione(Richiesto::Passkey));
    assert!(matches!(prova(&casa, &i.token, &dato.codice).await, Err(CodiceErrato)), "once");
    casa.butta().await;
}

#[tokio::test]
async fn a_request_and_its_code_last_a_day() {
    let (casa, _, anna, ugo, ada) = in_tre().await;
    let vecchia = chiedi(&casa, &ugo, anna.chi.persona).await.unwrap();
    casa.sposta(Scarto::from_hours(24)).await;
    assert!(matches!(conferma(&casa, &ada, vecchia).await, Deciso::Finito));
    let dato = codice(&casa, (&ugo, &ada), anna.chi.persona).await;
    casa.sposta(Scarto::from_hours(48)).await;
    let i = parola(&casa).await;
    assert!(matches!(prova(&casa, &i.token, &dato.codice).await, Err(CodiceErrato)), "too late");
    // A newer one takes the place of the older.
    let primo = codice(&casa, (&ugo, &ada), anna.chi.persona).await;
    let secondo = codice(&casa, (&ada, &ugo), anna.chi.persona).await;
    let i = parola(&casa).await;
    assert!(matches!(prova(&casa, &i.token, &primo.codice).await, Err(CodiceErrato)));
    assert!(prova(&casa, &i.token, &secondo.codice).await.unwrap().aperta);
    casa.butta().await;
}

#[tokio::test]
async fn what_is_refused_stays_refused() {
    let (casa, _, anna, ugo, ada) = in_tre().await;
    let id = chiedi(&casa, &ugo, anna.chi.persona).await.unwrap();
    let mut tx = casa.tx(casa.valbruna).await;
    assert!(rifiuta_recupero(&mut tx, &ugo, id).await.unwrap() && !rifiuta_recupero(&mut tx, &ada, id).await.unwrap());
    // Nor at once, by who asks the database.
    let a_mano = sqlx::query_scalar("select accesso.recupera($1, '\\x00', $2, $2 + interval '1 hour')");
    let adesso = db::sql(tx.now());
    let dato: bool = a_mano.bind(id).bind(adesso).fetch_one(tx.conn()).await.unwrap();
    assert!(!dato, "a refusal gives a code");
    tx.commit().await.unwrap();
    assert!(matches!(conferma(&casa, &ada, id).await, Deciso::Finito));
    assert!(!authz::mio_accesso(&casa.prova.db, &anna).await.unwrap().sessioni.is_empty());
    casa.butta().await;
}

/// Whatever the program does, the schema refuses one who decides alone.
#[tokio::test]
async fn nobody_confirms_alone_in_the_database_either() {
    let (casa, _, anna, ugo, _) = in_tre().await;
    let id = chiedi(&casa, &ugo, anna.chi.persona).await.unwrap();
    for (chi, vincolo) in [("chiesto_da", "recupero_in_due"), ("persona", "recupero_in_due")] {
        let mut tx = casa.tx(casa.valbruna).await;
        let a_mano = sqlx::AssertSqlSafe(format!(
            "update accesso.recupero set deciso_da = {chi}, deciso_il = now(), confermato = true where id = '{id}'"
        ));
        let e: db::Error = sqlx::query(a_mano).execute(tx.conn()).await.unwrap_err().into();
        assert_eq!(e.vincolo(), Some(vincolo), "{chi}: {e}");
    }
    let mut tx = casa.tx(casa.valbruna).await;
    let e = chiedi_recupero(&mut tx, &anna.chi, anna.chi.persona, "per me").await.unwrap_err();
    assert_eq!(e.vincolo(), Some("recupero_altrui"));
    drop(tx);
    // Without a confirmation there is no code, whoever asks for it.
    let mut tx = casa.tx(casa.valbruna).await;
    let dato: bool = sqlx::query_scalar("select accesso.recupera($1, '\\x00', now(), now())")
        .bind(id)
        .fetch_one(tx.conn())
        .await
        .unwrap();
    assert!(!dato);
    drop(tx);
    casa.butta().await;
}

/// A role is given in a moment: it may not be the way to somebody else's factors.
#[tokio::test]
async fn who_works_elsewhere_is_not_recovered_by_those_who_took_them_on_yesterday() {
    let (casa, _, anna, _, _) = in_tre().await;
    let persona = anna.chi.persona;
    for (utente, ruolo) in
        [("anna.bianchi", "consultazione"), ("ivo.falsi", "amministratore"), ("eva.falsi", "amministratore")]
    {
        casa.assumi(casa.valdora, utente, ruolo).await;
    }
    let (ivo, eva) = (casa.chi("ivo.falsi").await, casa.chi("eva.falsi").await);
    let mut tx = casa.tx(casa.valdora).await;
    assert!(!authz::recuperabile(&mut tx, persona, &ivo).await.unwrap());
    let id = chiedi_recupero(&mut tx, &ivo, persona, "dice che l’ha perso").await.unwrap().unwrap();
    assert!(matches!(conferma_recupero(&mut tx, &eva, id).await.unwrap(), Deciso::DaPoco));
    // Nor by hand.
    let adesso = db::sql(tx.now());
    let decidi = "update accesso.recupero set deciso_da = $2, deciso_il = $3, confermato = true where id = $1";
    sqlx::query(decidi).bind(id).bind(eva.persona).bind(adesso).execute(tx.conn()).await.unwrap();
    let recupera = "select accesso.recupera($1, '\\x00', $2, $2 + interval '1 day')";
    let dato: bool = sqlx::query_scalar(recupera).bind(id).bind(adesso).fetch_one(tx.conn()).await.unwrap();
    assert!(!dato, "a code was given");
    drop(tx);
    assert!(!authz::mio_accesso(&casa.prova.db, &anna).await.unwrap().sessioni.is_empty(), "nobody was put out");
    // A month later they are of the house.
    casa.sposta(db::Scarto::from_hours(31 * 24)).await;
    let mut tx = casa.tx(casa.valdora).await;
    let id = chiedi_recupero(&mut tx, &ivo, persona, "telefono rubato").await.unwrap().unwrap();
    assert!(matches!(conferma_recupero(&mut tx, &eva, id).await.unwrap(), Deciso::Confermato(_)));
    drop(tx);
    casa.butta().await;
}
