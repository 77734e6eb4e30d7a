//! The second factor: proven once, asked by roles, lost and found; and that nothing opens before it.

use authz::AccessoNegato::{CodiceErrato, IngressoFinito, NonFresca, Rallentato};
use authz::{Chiave, Da, Entrata, Manca, Richiesto, Serratura, Sessione, accedi, prova_codice};
use db::Scarto;
use totp_rs::{Builder, Secret};

use crate::casa::{Casa, PAROLA};

const DA: &str = "192.0.2.1";

fn da() -> Da<'static> {
    DA.into()
}

/// The code that a telephone shows, so many seconds from now.
fn codice(casa: &Casa, segreto: &str, fra: i64) -> String {
    let secondi = casa.prova.db.orologio().adesso().as_second() + fra;
    let segreto = Secret::try_from_base32(segreto).unwrap();
    let totp = Builder::new().with_secret(segreto).with_account_name("-").build().unwrap();
    totp.generate(secondi.try_into().unwrap()).to_string()
}

/// Enrols the codes of a telephone from a session just opened: the secret, and the recovery codes.
async fn iscrivi(casa: &Casa, s: &Sessione) -> (String, Vec<String>) {
    let n = casa.serratura.totp_nuovo(s.chi.persona, &s.utente, "").unwrap();
    let giusto = codice(casa, &n.segreto, 0);
    let codici = authz::aggiungi_totp(&casa.prova.db, &casa.serratura, s, (&n.sigillo, &giusto), da()).await.unwrap();
    (n.segreto, codici)
}

/// Anna of Valbruna, with a telephone; the clock is past the code that enrolled it.
async fn con_telefono() -> (Casa, String, Vec<String>) {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let s = casa.sessione(&casa.entra("anna.bianchi").await).await.unwrap();
    let (segreto, codici) = iscrivi(&casa, &s).await;
    casa.sposta(Scarto::from_secs(60)).await;
    (casa, segreto, codici)
}

async fn parola(casa: &Casa) -> Entrata {
    accedi(&casa.prova.db, "anna.bianchi", PAROLA, DA).await.unwrap()
}

async fn prova(casa: &Casa, token: &str, scritto: &str) -> Result<Entrata, authz::AccessoNegato> {
    prova_codice(&casa.prova.db, &casa.serratura, token, scritto, da()).await
}

#[tokio::test]
async fn the_password_alone_opens_nothing_and_a_code_opens_once() {
    let (casa, segreto, codici) = con_telefono().await;
    assert_eq!(codici.len(), 10);
    let a_meta = parola(&casa).await;
    assert!(!a_meta.aperta && casa.sessione(&a_meta.token).await.is_none(), "half open opens nothing");
    let i = authz::ingresso(&casa.prova.db, &a_meta.token).await.unwrap().unwrap();
    assert_eq!((i.utente.as_str(), i.manca), ("anna.bianchi", Manca::Prova { totp: true, passkey: false }));

    let adesso = codice(&casa, &segreto, 0);
    let entrata = prova(&casa, &a_meta.token, &format!(" {} {} ", &adesso[..3], &adesso[3..])).await.unwrap();
    assert!(entrata.aperta);
    assert_ne!(entrata.token, a_meta.token, "the token changes with what it is worth");
    assert_eq!(casa.sessione(&entrata.token).await.unwrap().utente, "anna.bianchi");
    assert!(authz::ingresso(&casa.prova.db, &a_meta.token).await.unwrap().is_none(), "and the old one is over");

    // The same code again, and the one before it: somebody looked over a shoulder.
    let ancora = parola(&casa).await;
    for vecchio in [&adesso, &codice(&casa, &segreto, -30)] {
        assert!(matches!(prova(&casa, &ancora.token, vecchio).await, Err(CodiceErrato)));
    }
    // A telephone half a minute ahead is still right, once; two minutes ahead is not.
    assert!(matches!(prova(&casa, &ancora.token, &codice(&casa, &segreto, 120)).await, Err(CodiceErrato)));
    prova(&casa, &ancora.token, &codice(&casa, &segreto, 30)).await.unwrap();
    casa.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_equal_codes_one_opens() {
    let (casa, segreto, _) = con_telefono().await;
    let adesso = codice(&casa, &segreto, 0);
    let (uno, due) = (parola(&casa).await, parola(&casa).await);
    let (a, b) = futures_util::future::join(prova(&casa, &uno.token, &adesso), prova(&casa, &due.token, &adesso)).await;
    assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
    casa.butta().await;
}

#[tokio::test]
async fn guessing_codes_slows_down_and_the_password_does_not_forgive() {
    let (casa, segreto, _) = con_telefono().await;
    for n in 0..6 {
        let i = parola(&casa).await;
        assert!(matches!(prova(&casa, &i.token, &format!("00000{n}")).await, Err(CodiceErrato)));
    }
    let i = parola(&casa).await;
    let giusto = codice(&casa, &segreto, 0);
    assert!(matches!(prova(&casa, &i.token, &giusto).await, Err(Rallentato { secondi: 1..=2 })));
    casa.sposta(Scarto::from_secs(90)).await;
    prova(&casa, &i.token, &codice(&casa, &segreto, 0)).await.unwrap();
    casa.butta().await;
}

#[tokio::test]
async fn who_does_not_find_the_telephone_begins_again() {
    let (casa, segreto, _) = con_telefono().await;
    let i = parola(&casa).await;
    casa.sposta(Scarto::from_secs(60 + 601)).await;
    assert!(matches!(prova(&casa, &i.token, &codice(&casa, &segreto, 0)).await, Err(IngressoFinito)));
    let i = parola(&casa).await;
    authz::lascia(&casa.prova.db, &i.token).await.unwrap();
    assert!(matches!(prova(&casa, &i.token, &codice(&casa, &segreto, 0)).await, Err(IngressoFinito)));
    assert!(matches!(prova(&casa, "0", "123456").await, Err(IngressoFinito)));
    casa.butta().await;
}

#[tokio::test]
async fn a_code_on_paper_opens_once() {
    let (casa, _, codici) = con_telefono().await;
    let i = parola(&casa).await;
    let a_mano = codici[3].to_lowercase().replace('-', " ");
    assert!(prova(&casa, &i.token, &a_mano).await.unwrap().aperta);
    let i = parola(&casa).await;
    assert!(matches!(prova(&casa, &i.token, &codici[3]).await, Err(CodiceErrato)));
    let s = prova(&casa, &i.token, &codici[4]).await.unwrap();
    let s = casa.sessione(&s.token).await.unwrap();
    let mio = authz::mio_accesso(&casa.prova.db, &s).await.unwrap();
    assert_eq!((mio.codici, mio.eventi[0].fatto.as_str()), (8, "entrata"));
    // New ones take the place of the old.
    let nuovi = authz::rifai_codici(&casa.prova.db, &s, da()).await.unwrap();
    let i = parola(&casa).await;
    assert!(matches!(prova(&casa, &i.token, &codici[5]).await, Err(CodiceErrato)));
    prova(&casa, &i.token, &nuovi[0]).await.unwrap();
    casa.butta().await;
}

/// Says what the clerks of Valbruna must prove.
async fn chiedi(casa: &Casa, richiesto: Option<Richiesto>) {
    let mut tx = casa.tx(casa.valbruna).await;
    authz::chiedi(&mut tx, "protocollo", richiesto).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_role_leads_to_enrol_and_nowhere_else() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let prima = casa.entra("anna.bianchi").await;
    chiedi(&casa, Some(Richiesto::Qualsiasi)).await;
    assert!(casa.sessione(&prima).await.is_none(), "a session opened before is too weak at once");
    assert!(authz::non_basta(&casa.prova.db, &prima).await.unwrap());

    let i = parola(&casa).await;
    assert!(!i.aperta && casa.sessione(&i.token).await.is_none());
    let ingresso = authz::ingresso(&casa.prova.db, &i.token).await.unwrap().unwrap();
    assert_eq!(ingresso.manca, Manca::Iscrizione(Richiesto::Qualsiasi));
    assert!(matches!(prova(&casa, &i.token, "123456").await, Err(CodiceErrato)), "there is nothing to prove");

    let n = casa.serratura.totp_nuovo(ingresso.persona, &ingresso.utente, "").unwrap();
    let (db, s) = (&casa.prova.db, &casa.serratura);
    let errato = authz::iscrivi_totp(db, s, &i.token, (&n.sigillo, "000000"), da()).await;
    assert!(matches!(errato, Err(CodiceErrato)));
    let giusto = codice(&casa, &n.segreto, 0);
    let fatta = authz::iscrivi_totp(db, s, &i.token, (&n.sigillo, &giusto), da()).await.unwrap();
    assert!(fatta.entrata.aperta && fatta.codici.len() == 10);
    let sessione = casa.sessione(&fatta.entrata.token).await.unwrap();
    assert!(!authz::non_basta(&casa.prova.db, &fatta.entrata.token).await.unwrap());

    // Taken away, the role asks again; when the role asks no more, the password is enough.
    authz::togli_totp(&casa.prova.db, &sessione, da()).await.unwrap();
    assert!(!parola(&casa).await.aperta);
    chiedi(&casa, None).await;
    assert!(parola(&casa).await.aperta);
    casa.butta().await;
}

#[tokio::test]
async fn what_one_comune_asks_binds_its_own_roles_only() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "albo").await;
    casa.assumi(casa.valdora, "ugo.neri", "protocollo").await;
    chiedi(&casa, Some(Richiesto::Qualsiasi)).await;
    assert!(parola(&casa).await.aperta, "another role of the same comune");
    assert!(accedi(&casa.prova.db, "ugo.neri", PAROLA, DA).await.unwrap().aperta, "the same role elsewhere");
    let mut tx = casa.tx(casa.valdora).await;
    assert!(authz::requisiti(&mut tx).await.unwrap().is_empty());
    assert!(authz::chiedi(&mut tx, "sindaco", None).await.is_err());
    drop(tx);
    // Whoever also works there must prove it, wherever they go first.
    casa.assumi(casa.valbruna, "ugo.neri", "protocollo").await;
    assert!(!accedi(&casa.prova.db, "ugo.neri", PAROLA, DA).await.unwrap().aperta);
    casa.butta().await;
}

#[tokio::test]
async fn a_session_left_open_changes_nothing_of_the_door() {
    let (casa, segreto, _) = con_telefono().await;
    let i = parola(&casa).await;
    let s = prova(&casa, &i.token, &codice(&casa, &segreto, 0)).await.unwrap();
    casa.sposta(Scarto::from_secs(60 + 16 * 60)).await;
    let s = casa.sessione(&s.token).await.unwrap();
    let db = &casa.prova.db;
    assert!(matches!(authz::togli_totp(db, &s, da()).await, Err(NonFresca)));
    assert!(matches!(authz::rifai_codici(db, &s, da()).await, Err(NonFresca)));
    let n = casa.serratura.totp_nuovo(s.chi.persona, &s.utente, "").unwrap();
    let giusto = codice(&casa, &n.segreto, 0);
    let e = authz::aggiungi_totp(db, &casa.serratura, &s, (&n.sigillo, &giusto), da()).await;
    assert!(matches!(e, Err(NonFresca)));
    assert!(!parola(&casa).await.aperta, "the telephone is still asked");
    casa.butta().await;
}

#[tokio::test]
async fn the_form_of_one_person_enrols_nobody_else() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    casa.assumi(casa.valbruna, "ugo.neri", "protocollo").await;
    let anna = casa.sessione(&casa.entra("anna.bianchi").await).await.unwrap();
    let ugo = casa.sessione(&casa.entra("ugo.neri").await).await.unwrap();
    let n = casa.serratura.totp_nuovo(ugo.chi.persona, "ugo.neri", "").unwrap();
    let giusto = codice(&casa, &n.segreto, 0);
    for sigillo in [n.sigillo.as_str(), "", "zz", &n.sigillo[2..]] {
        let e = authz::aggiungi_totp(&casa.prova.db, &casa.serratura, &anna, (sigillo, &giusto), da()).await;
        assert!(matches!(e, Err(CodiceErrato)), "{sigillo}");
    }
    // A wrong code brings the same secret back, not another.
    let ancora = casa.serratura.totp_nuovo(ugo.chi.persona, "ugo.neri", &n.sigillo).unwrap();
    assert_eq!(ancora.segreto, n.segreto);
    assert!(ancora.uri.starts_with("otpauth://totp/Alleanza") && ancora.uri.contains("ugo.neri"), "{}", ancora.uri);
    casa.butta().await;
}

#[tokio::test]
async fn a_stolen_database_shows_no_secret_and_another_key_opens_none() {
    let (casa, segreto, codici) = con_telefono().await;
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    let tutto: String = sqlx::query_scalar(
        "select (select jsonb_agg(t) from accesso.totp t)::text || (select jsonb_agg(t) from accesso.codice_recupero t)::text",
    )
    .fetch_one(&mut c)
    .await
    .unwrap();
    let nudo = hex::encode(Secret::try_from_base32(&segreto).unwrap().as_bytes());
    assert!(!tutto.contains(&nudo) && !tutto.contains(&codici[0]) && tutto.contains("ultimo_passo"));

    let altra = Serratura::locale();
    let i = parola(&casa).await;
    let e = prova_codice(&casa.prova.db, &altra, &i.token, &codice(&casa, &segreto, 0), da()).await;
    assert!(matches!(e, Err(authz::AccessoNegato::Db(_))), "a fault to be seen, not a wrong code: {e:?}");

    // The first key is recorded; another is recognised as another, and may take its place at the price of the codes.
    let (prima, seconda) = (Chiave::nuova(), Chiave::nuova());
    let m = &casa.prova.manut;
    assert!(authz::riconosci_chiave(m, &prima).await.unwrap() && authz::riconosci_chiave(m, &prima).await.unwrap());
    assert!(!authz::riconosci_chiave(m, &seconda).await.unwrap());
    authz::cambia_chiave(m, &seconda).await.unwrap();
    assert!(authz::riconosci_chiave(m, &seconda).await.unwrap());
    assert!(parola(&casa).await.aperta, "nobody is locked out for ever");
    casa.butta().await;
}

#[tokio::test]
async fn the_technical_centre_takes_lost_factors_away() {
    let (casa, _, _) = con_telefono().await;
    let aperta = {
        let mut c = casa.prova.come("alleanza_super").await.unwrap();
        sqlx::query_scalar::<_, i64>("select count(*) from accesso.sessione").fetch_one(&mut c).await.unwrap()
    };
    assert_eq!(aperta, 1);
    assert!(authz::togli_fattori(&casa.prova.manut, "nessuno").await.is_err());
    authz::togli_fattori(&casa.prova.manut, "Anna.Bianchi").await.unwrap();
    assert!(parola(&casa).await.aperta);
    casa.butta().await;
}
