//! Passkeys: of their host, of their person, with the person there, and never going back.

use authz::AccessoNegato::{IngressoFinito, PasskeyCopiata, PasskeyRifiutata};
use authz::{Da, Entrata, Fattore, Manca, NuovaPasskey, Richiesto, Sessione, accedi};
use db::Scarto;

use crate::casa::{Casa, PAROLA};
use crate::chiavetta::{Chiavetta, Modi, ammesse};

const DA: &str = "192.0.2.1";

fn da() -> Da<'static> {
    DA.into()
}

async fn sessione(casa: &Casa, utente: &str) -> Sessione {
    casa.assumi(casa.valbruna, utente, "protocollo").await;
    casa.sessione(&casa.entra(utente).await).await.unwrap()
}

async fn aggiungi(casa: &Casa, s: &Sessione, k: &Chiavetta, m: Modi<'_>) -> Result<Vec<String>, authz::AccessoNegato> {
    let (db, serratura) = (&casa.prova.db, &casa.serratura);
    let n = authz::passkey_da_aggiungere(db, serratura, s).await?;
    let risposta = k.crea(&n.opzioni, m);
    let nuova = NuovaPasskey { sfida: &n.sfida, risposta: &risposta, nome: "Chiavetta blu" };
    authz::aggiungi_passkey(db, serratura, s, &nuova, da()).await
}

/// Anna of Valbruna with her key.
pub async fn con_chiavetta() -> (Casa, Chiavetta, Sessione) {
    let casa = Casa::nuova().await;
    let s = sessione(&casa, "anna.bianchi").await;
    let k = Chiavetta::nuova();
    assert_eq!(aggiungi(&casa, &s, &k, Modi::default()).await.unwrap().len(), 10, "and her codes on paper");
    (casa, k, s)
}

async fn parola(casa: &Casa) -> Entrata {
    accedi(&casa.prova.db, "anna.bianchi", PAROLA, DA).await.unwrap()
}

/// Signs in with the password, then answers the question with a key.
async fn entra(casa: &Casa, k: &Chiavetta, m: Modi<'_>) -> Result<Entrata, authz::AccessoNegato> {
    let i = parola(casa).await;
    let ingresso = authz::ingresso(&casa.prova.db, &i.token).await.unwrap().unwrap();
    let q = authz::sfida_passkey(&casa.prova.db, &casa.serratura, &ingresso).await.unwrap().unwrap();
    let risposta = k.firma(&q.opzioni, m);
    authz::prova_passkey(&casa.prova.db, &casa.serratura, &i.token, (&q.sfida, &risposta), da()).await
}

fn al(contatore: u32) -> Modi<'static> {
    Modi { contatore, ..Modi::default() }
}

#[tokio::test]
async fn a_key_opens_after_the_password() {
    let (casa, k, _) = con_chiavetta().await;
    let i = parola(&casa).await;
    assert!(!i.aperta && casa.sessione(&i.token).await.is_none());
    let entrata = entra(&casa, &k, al(2)).await.unwrap();
    assert!(entrata.aperta);
    let s = casa.sessione(&entrata.token).await.unwrap();
    let mio = authz::mio_accesso(&casa.prova.db, &s).await.unwrap();
    let qui = mio.sessioni.iter().find(|x| x.id == s.id).unwrap();
    assert_eq!((qui.fattore, mio.passkey[0].nome.as_str()), (Some(Fattore::Passkey), "Chiavetta blu"));
    assert!(mio.passkey[0].usata_il().is_some());
    casa.butta().await;
}

#[tokio::test]
async fn a_key_answers_its_host_with_the_person_there() {
    let (casa, k, s) = con_chiavetta().await;
    for (perche, m) in [
        ("another site", Modi { origine: "http://alleanza.example", ..al(2) }),
        ("a name that begins alike", Modi { origine: "http://localhost.evil", ..al(2) }),
        ("https is another origin", Modi { origine: "https://localhost", ..al(2) }),
        ("another port too", Modi { origine: "http://localhost:8443", ..al(2) }),
        ("made for another host", Modi { host: "evil", ..al(2) }),
        ("nobody was recognised", Modi { verificata: false, ..al(2) }),
    ] {
        assert!(matches!(entra(&casa, &k, m).await, Err(PasskeyRifiutata)), "signs in: {perche}");
        let e = aggiungi(&casa, &s, &Chiavetta::nuova(), m).await;
        assert!(matches!(e, Err(PasskeyRifiutata)), "is added: {perche}");
    }
    // Another key, of nobody.
    assert!(matches!(entra(&casa, &Chiavetta::nuova(), al(2)).await, Err(PasskeyRifiutata)));
    entra(&casa, &k, al(2)).await.unwrap();
    casa.butta().await;
}

#[tokio::test]
async fn a_question_is_answered_once_and_by_whom_it_was_asked() {
    let (casa, k, anna) = con_chiavetta().await;
    let (db, serratura) = (&casa.prova.db, &casa.serratura);
    let i = parola(&casa).await;
    let ingresso = authz::ingresso(db, &i.token).await.unwrap().unwrap();
    let q = authz::sfida_passkey(db, serratura, &ingresso).await.unwrap().unwrap();
    let prova = async |sfida: &str, risposta: &str| {
        authz::prova_passkey(db, serratura, &i.token, (sfida, risposta), da()).await
    };
    // A wrong answer takes the question away too.
    assert!(matches!(prova(&q.sfida, "{}").await, Err(PasskeyRifiutata)));
    assert!(matches!(prova(&q.sfida, &k.firma(&q.opzioni, al(2))).await, Err(PasskeyRifiutata)));
    let q = authz::sfida_passkey(db, serratura, &ingresso).await.unwrap().unwrap();
    let risposta = k.firma(&q.opzioni, al(2));
    prova(&q.sfida, &risposta).await.unwrap();
    assert!(matches!(prova(&q.sfida, &risposta).await, Err(IngressoFinito)), "heard on the wire, said again");
    let i2 = parola(&casa).await;
    let e = authz::prova_passkey(db, serratura, &i2.token, (&q.sfida, &risposta), da()).await;
    assert!(matches!(e, Err(PasskeyRifiutata)));
    // Too late.
    let ingresso = authz::ingresso(db, &i2.token).await.unwrap().unwrap();
    let q = authz::sfida_passkey(db, serratura, &ingresso).await.unwrap().unwrap();
    casa.sposta(Scarto::from_mins(11)).await;
    let e = authz::prova_passkey(db, serratura, &i2.token, (&q.sfida, &k.firma(&q.opzioni, al(3))), da()).await;
    assert!(matches!(e, Err(IngressoFinito)));
    casa.sposta(Scarto::ZERO).await;

    // Ugo answers, with his own key, a question asked to Anna; and would add her key to himself.
    let ugo = sessione(&casa, "ugo.neri").await;
    let di_anna = authz::passkey_da_aggiungere(db, serratura, &anna).await.unwrap();
    assert_eq!(ammesse(&di_anna.opzioni), 1, "her own key is left out");
    let sua = Chiavetta::nuova().crea(&di_anna.opzioni, Modi::default());
    let nuova = NuovaPasskey { sfida: &di_anna.sfida, risposta: &sua, nome: "x" };
    assert!(matches!(authz::aggiungi_passkey(db, serratura, &ugo, &nuova, da()).await, Err(PasskeyRifiutata)));
    assert!(matches!(aggiungi(&casa, &ugo, &k, Modi::default()).await, Err(PasskeyRifiutata)), "one key, one person");
    casa.butta().await;
}

#[tokio::test]
async fn a_counter_that_goes_back_is_a_copy() {
    let (casa, k, s) = con_chiavetta().await;
    entra(&casa, &k, al(5)).await.unwrap();
    for indietro in [5, 4, 0] {
        assert!(matches!(entra(&casa, &k, al(indietro)).await, Err(PasskeyCopiata)), "{indietro}");
    }
    let mio = authz::mio_accesso(&casa.prova.db, &s).await.unwrap();
    assert_eq!(mio.eventi[0].fatto, "passkey.copiata", "its person is told");
    entra(&casa, &k, al(6)).await.unwrap();

    // Two questions open together: the second answer must count beyond the first, not beyond the question.
    let (uno, due) = (parola(&casa).await, parola(&casa).await);
    let mut aperte = Vec::new();
    for i in [&uno, &due] {
        let ingresso = authz::ingresso(&casa.prova.db, &i.token).await.unwrap().unwrap();
        aperte.push(authz::sfida_passkey(&casa.prova.db, &casa.serratura, &ingresso).await.unwrap().unwrap());
    }
    let prova = async |i: &Entrata, n: usize, m| {
        let risposta = k.firma(&aperte[n].opzioni, m);
        authz::prova_passkey(&casa.prova.db, &casa.serratura, &i.token, (&aperte[n].sfida, &risposta), da()).await
    };
    prova(&uno, 0, al(9)).await.unwrap();
    assert!(matches!(prova(&due, 1, al(8)).await, Err(PasskeyCopiata)));
    casa.butta().await;
}

#[tokio::test]
async fn a_key_that_devices_share_does_not_count() {
    let casa = Casa::nuova().await;
    let s = sessione(&casa, "anna.bianchi").await;
    let k = Chiavetta::nuova();
    aggiungi(&casa, &s, &k, al(0)).await.unwrap();
    for _ in 0..3 {
        entra(&casa, &k, al(0)).await.unwrap();
    }
    casa.butta().await;
}

#[tokio::test]
async fn a_role_that_asks_for_a_passkey_takes_nothing_less() {
    let casa = Casa::nuova().await;
    casa.assumi(casa.valbruna, "anna.bianchi", "protocollo").await;
    let mut tx = casa.tx(casa.valbruna).await;
    authz::chiedi(&mut tx, "protocollo", Some(Richiesto::Passkey)).await.unwrap();
    tx.commit().await.unwrap();
    let (db, serratura) = (&casa.prova.db, &casa.serratura);
    let i = parola(&casa).await;
    let ingresso = authz::ingresso(db, &i.token).await.unwrap().unwrap();
    assert_eq!(ingresso.manca, Manca::Iscrizione(Richiesto::Passkey));
    let totp = serratura.totp_nuovo(ingresso.persona, &ingresso.utente, "").unwrap();
    let e = authz::iscrivi_totp(db, serratura, &i.token, (&totp.sigillo, "123456"), da()).await;
    assert!(matches!(e, Err(IngressoFinito)), "codes of a telephone will not do");

    let k = Chiavetta::nuova();
    let q = authz::passkey_da_iscrivere(db, serratura, &ingresso).await.unwrap().unwrap();
    let risposta = k.crea(&q.opzioni, Modi::default());
    let nuova = NuovaPasskey { sfida: &q.sfida, risposta: &risposta, nome: "Chiavetta" };
    let fatta = authz::iscrivi_passkey(db, serratura, &i.token, &nuova, da()).await.unwrap();
    assert!(fatta.entrata.aperta && fatta.codici.len() == 10);
    assert!(casa.sessione(&fatta.entrata.token).await.is_some());
    // The codes on paper replace a lost key, and lead to enrol another.
    let i = parola(&casa).await;
    let e = authz::prova_codice(db, serratura, &i.token, &fatta.codici[0], da()).await.unwrap();
    assert!(!e.aperta);
    let ingresso = authz::ingresso(db, &i.token).await.unwrap().unwrap();
    assert_eq!(ingresso.manca, Manca::Iscrizione(Richiesto::Passkey));
    // With the key, the door opens.
    entra(&casa, &k, al(2)).await.unwrap();
    casa.butta().await;
}

#[tokio::test]
async fn a_key_taken_away_opens_nothing() {
    let (casa, k, s) = con_chiavetta().await;
    let ugo = sessione(&casa, "ugo.neri").await;
    let mia = authz::mio_accesso(&casa.prova.db, &s).await.unwrap().passkey[0].id;
    authz::togli_passkey(&casa.prova.db, &ugo, mia, da()).await.unwrap();
    entra(&casa, &k, al(2)).await.unwrap();
    authz::togli_passkey(&casa.prova.db, &s, mia, da()).await.unwrap();
    assert!(parola(&casa).await.aperta, "nothing is left to prove");
    casa.sposta(Scarto::from_mins(16)).await;
    let e = authz::passkey_da_aggiungere(&casa.prova.db, &casa.serratura, &s).await;
    assert!(matches!(e, Err(authz::AccessoNegato::NonFresca)));
    casa.butta().await;
}
