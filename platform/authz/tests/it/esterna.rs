//! Sign-in with an identity provider, from the question to the session, against one that misbehaves in every way we know.

use authz::{
    AccessoNegato, Chi, Difetto, Entrata, Esterna, Fattore, FornitoreError, Manca, NuovoFornitore, Partenza, PersonaId,
    Richiesto, RitornoEsterno, Sessione,
};
use db::Scarto;
use simulators::oidc::{ANNA, ANNA_FORTE, CLIENT, FORTE, Guasto, LUCA, SEGRETO, Simulatore, Utente};
use uuid::Uuid;

use crate::casa::Casa;

struct Mondo {
    casa: Casa,
    s: Simulatore,
    fornitore: Uuid,
    anna: PersonaId,
}

impl std::ops::Deref for Mondo {
    type Target = Casa;

    fn deref(&self) -> &Casa {
        &self.casa
    }
}

impl Mondo {
    /// Anna works in Valbruna, and its provider is on.
    async fn nuovo() -> Mondo {
        let (casa, s) = (Casa::nuova().await, Simulatore::avvia().await.unwrap());
        let anna = casa.assumi(casa.valbruna, "anna", "protocollo").await;
        let chi = casa.chi("anna").await;
        let fornitore = aggiungi(&casa, &s, &chi, Some(SEGRETO)).await.unwrap();
        Mondo { casa, s, fornitore, anna }
    }

    async fn parti(&self, di_nuovo: bool) -> Partenza {
        authz::parti(&self.prova.db, &self.serratura, self.fornitore, "/e/x", di_nuovo).await.unwrap()
    }

    async fn torna(&self, p: &Partenza, r: &RitornoEsterno, s: Option<&Sessione>) -> Result<Esterna, AccessoNegato> {
        authz::torna(&self.prova.db, &self.serratura, &p.token, r, s, "192.0.2.1".into()).await
    }

    /// A whole sign-in.
    async fn esterna(&self, chi: Utente, di_nuovo: bool) -> Result<Entrata, AccessoNegato> {
        let p = self.parti(di_nuovo).await;
        match self.torna(&p, &risposta(&self.s, &p, chi), None).await? {
            Esterna::Entrata(e, poi) => {
                assert_eq!(poi, "/e/x");
                Ok(e)
            }
            Esterna::Collegata => panic!("nobody was linking"),
        }
    }

    async fn collega(&self, utente: &str, chi: Utente) -> Result<Esterna, AccessoNegato> {
        let sessione = self.sessione(&self.casa.entra(utente).await).await.unwrap();
        let p = authz::parti_per_collegare(&self.prova.db, &self.serratura, &sessione, self.fornitore).await?;
        self.torna(&p, &risposta(&self.s, &p, chi), Some(&sessione)).await
    }

    async fn identita(&self) -> i64 {
        let mut c = self.prova.come("alleanza_super").await.unwrap();
        sqlx::query_scalar("select count(*) from accesso.identita_esterna").fetch_one(&mut c).await.unwrap()
    }

    async fn butta(self) {
        self.casa.butta().await;
    }
}

async fn aggiungi(casa: &Casa, s: &Simulatore, chi: &Chi, segreto: Option<&str>) -> Result<Uuid, FornitoreError> {
    let forti = [FORTE.to_owned()];
    let n = NuovoFornitore { nome: "Comune SSO", emittente: s.emittente(), client: CLIENT, segreto, forti: &forti };
    let mut tx = casa.tx(casa.valbruna).await;
    let id = authz::aggiungi_fornitore(&mut tx, &casa.serratura, chi, &n).await?;
    tx.commit().await.unwrap();
    Ok(id)
}

/// What the browser brings back after its person signed in there.
fn risposta(s: &Simulatore, p: &Partenza, chi: Utente) -> RitornoEsterno {
    let r = s.entra(&p.indirizzo, chi).unwrap();
    RitornoEsterno { state: r.state, code: r.code, iss: Some(r.iss) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_links_who_they_are_and_enters_with_it() {
    let m = Mondo::nuovo().await;
    // Nobody is recognised, nor made, by a name or an address.
    assert!(matches!(m.esterna(ANNA, false).await, Err(AccessoNegato::EsternaSconosciuta)));
    assert_eq!(m.identita().await, 0);
    assert!(matches!(m.collega("anna", ANNA).await, Ok(Esterna::Collegata)));
    for rsa in [false, true] {
        if rsa {
            m.s.con_rsa();
        }
        let e = m.esterna(ANNA, false).await.unwrap();
        assert!(e.aperta);
        let s = m.sessione(&e.token).await.unwrap();
        assert_eq!(s.chi.persona, m.anna);
        let mio = authz::mio_accesso(&m.prova.db, &s).await.unwrap();
        assert!(mio.sessioni.iter().any(|x| x.id == s.id && x.fornitore.as_deref() == Some("Comune SSO")));
        assert!(mio.fornitori.is_empty() && mio.identita[0].nome == ANNA.posta);
        assert_eq!((mio.eventi[0].fatto.as_str(), mio.identita[0].usata_il().is_some()), ("entrata.esterna", true));
    }
    // One identity is of one person, and a person has one of each provider.
    m.assumi(m.valdora, "luca", "protocollo").await;
    assert!(matches!(m.collega("luca", ANNA).await, Err(AccessoNegato::EsternaGiaCollegata)));
    assert!(matches!(m.collega("anna", LUCA).await, Err(AccessoNegato::EsternaGiaCollegata)));
    assert!(matches!(m.collega("luca", LUCA).await, Ok(Esterna::Collegata)));

    // Taken away by its person, and by nobody else.
    let s = m.sessione(&m.casa.entra("anna").await).await.unwrap();
    let id = authz::mio_accesso(&m.prova.db, &s).await.unwrap().identita[0].id;
    let di_luca = m.sessione(&m.casa.entra("luca").await).await.unwrap();
    authz::togli_identita(&m.prova.db, &di_luca, id, "".into()).await.unwrap();
    assert_eq!(m.identita().await, 2);
    authz::togli_identita(&m.prova.db, &s, id, "".into()).await.unwrap();
    assert!(matches!(m.esterna(ANNA, false).await, Err(AccessoNegato::EsternaSconosciuta)));
    let mio = authz::mio_accesso(&m.prova.db, &s).await.unwrap();
    assert!(mio.eventi.iter().any(|e| e.fatto == "identita.tolta") && mio.fornitori.len() == 1);
    m.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_gets_wrong_opens_nothing() {
    let m = Mondo::nuovo().await;
    m.collega("anna", ANNA).await.unwrap();
    use Guasto::*;
    for g in [
        AltroEmittente,
        AltroDestinatario,
        ChiestoDaAltri,
        AltroNonce,
        Scaduto,
        Futuro,
        SenzaFirma,
        Hs256,
        FirmaAltrui,
        ChiaveMaiPubblicata,
    ] {
        m.s.guasto(g);
        let e = m.esterna(ANNA, false).await;
        assert!(matches!(e, Err(AccessoNegato::EsternaRifiutata)), "{g:?}: {e:?}");
    }
    m.s.guasto(AltroNellaRisposta);
    assert!(matches!(m.esterna(ANNA, false).await, Err(AccessoNegato::EsternaEstranea)));
    for g in [Lento, Cinquecento, Html, Enorme, Rinvio] {
        m.s.guasto(g);
        let e = m.esterna(ANNA, false).await;
        assert!(matches!(e, Err(AccessoNegato::FornitoreMuto(_))), "{g:?}: {e:?}");
    }
    m.s.guasto(None);
    assert!(m.esterna(ANNA, false).await.unwrap().aperta);

    // A new key, published: asked for once the last asking is a minute old.
    m.s.ruota().unwrap();
    assert!(matches!(m.esterna(ANNA, false).await, Err(AccessoNegato::EsternaRifiutata)));
    m.sposta(Scarto::from_secs(61)).await;
    assert!(m.esterna(ANNA, false).await.unwrap().aperta);
    m.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_of_one_question_of_one_browser() {
    let m = Mondo::nuovo().await;
    m.collega("anna", ANNA).await.unwrap();
    let estranea =
        |e: Result<Esterna, AccessoNegato>| assert!(matches!(e, Err(AccessoNegato::EsternaEstranea)), "{e:?}");
    let (p, q) = (m.parti(false).await, m.parti(false).await);
    let r = risposta(&m.s, &p, ANNA);
    estranea(m.torna(&q, &r, None).await);
    estranea(
        m.torna(&Partenza { token: String::new(), ..m.parti(false).await }, &RitornoEsterno::default(), None).await,
    );
    let mai = Partenza { token: "mai-chiesto".into(), ..m.parti(false).await };
    estranea(m.torna(&mai, &RitornoEsterno { state: "mai-chiesto".into(), ..r.clone() }, None).await);
    // The code of another question: its PKCE is not ours.
    let altra = RitornoEsterno { state: q.token.clone(), ..r.clone() };
    estranea(m.torna(&q, &altra, None).await);

    let p = m.parti(false).await;
    let r = risposta(&m.s, &p, ANNA);
    estranea(m.torna(&p, &RitornoEsterno { state: q.token.clone(), ..r.clone() }, None).await);
    assert!(m.torna(&p, &r, None).await.is_ok());
    // Played again: the question is gone. Asked again with the code already used: the provider refuses it.
    estranea(m.torna(&p, &r, None).await);
    let q = m.parti(false).await;
    estranea(m.torna(&q, &RitornoEsterno { state: q.token.clone(), ..r.clone() }, None).await);
    // Answered badly is answered: another code does not make up for it.
    let p = m.parti(false).await;
    m.s.guasto(Guasto::AltroNonce);
    assert!(matches!(m.torna(&p, &risposta(&m.s, &p, ANNA), None).await, Err(AccessoNegato::EsternaRifiutata)));
    m.s.guasto(None);
    estranea(m.torna(&p, &risposta(&m.s, &p, ANNA), None).await);
    // Too late.
    let p = m.parti(false).await;
    let r = risposta(&m.s, &p, ANNA);
    m.sposta(Scarto::from_mins(11)).await;
    estranea(m.torna(&p, &r, None).await);
    m.sposta(Scarto::ZERO).await;
    // The person said no, there.
    let p = m.parti(false).await;
    let no = RitornoEsterno { state: p.token.clone(), ..RitornoEsterno::default() };
    assert!(matches!(m.torna(&p, &no, None).await, Err(AccessoNegato::EsternaRinunciata)));

    // Who links does it from the session that asked, and a sign-in's answer links nothing.
    let una = m.sessione(&m.casa.entra("anna").await).await.unwrap();
    let due = m.sessione(&m.casa.entra("anna").await).await.unwrap();
    for altra in [Some(&due), None] {
        let p = authz::parti_per_collegare(&m.prova.db, &m.serratura, &una, m.fornitore).await.unwrap();
        estranea(m.torna(&p, &risposta(&m.s, &p, LUCA), altra).await);
    }
    assert_eq!(m.identita().await, 1);
    m.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_of_theirs_counts_only_where_it_was_said() {
    let m = Mondo::nuovo().await;
    m.collega("anna", ANNA).await.unwrap();
    let mut tx = m.tx(m.valbruna).await;
    authz::chiedi(&mut tx, "protocollo", Some(Richiesto::Qualsiasi)).await.unwrap();
    tx.commit().await.unwrap();
    let e = m.esterna(ANNA, false).await.unwrap();
    let i = authz::ingresso(&m.prova.db, &e.token).await.unwrap().unwrap();
    assert!(!e.aperta && m.sessione(&e.token).await.is_none());
    assert_eq!((i.manca, i.fornitore.as_deref()), (Manca::Iscrizione(Richiesto::Qualsiasi), Some("Comune SSO")));
    let e = m.esterna(ANNA_FORTE, false).await.unwrap();
    let s = m.sessione(&e.token).await.unwrap();
    let mio = authz::mio_accesso(&m.prova.db, &s).await.unwrap();
    assert_eq!(mio.sessioni[0].fattore, Some(Fattore::Esterno));
    // Never in the place of a passkey.
    let mut tx = m.tx(m.valbruna).await;
    authz::chiedi(&mut tx, "protocollo", Some(Richiesto::Passkey)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!m.esterna(ANNA_FORTE, false).await.unwrap().aperta && m.sessione(&e.token).await.is_none());
    m.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_remembers_is_not_a_person_who_is_there() {
    let m = Mondo::nuovo().await;
    m.collega("anna", ANNA).await.unwrap();
    m.s.ricorda(3600);
    let adesso = m.prova.db.orologio().adesso();
    let s = m.sessione(&m.esterna(ANNA, false).await.unwrap().token).await.unwrap();
    assert!(!s.fresca(adesso), "a desk left alone");
    let negata = authz::parti_per_collegare(&m.prova.db, &m.serratura, &s, m.fornitore).await;
    assert!(matches!(negata, Err(AccessoNegato::NonFresca)));
    assert!(m.sessione(&m.esterna(ANNA, true).await.unwrap().token).await.unwrap().fresca(adesso), "asked again");
    m.s.guasto(Guasto::NonRichiede);
    assert!(matches!(m.esterna(ANNA, true).await, Err(AccessoNegato::EsternaRifiutata)));
    m.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_is_the_same_as_a_passwords() {
    let m = Mondo::nuovo().await;
    m.collega("anna", ANNA).await.unwrap();
    for _ in 0..6 {
        assert!(authz::accedi(&m.prova.db, "anna", "non è questa", "192.0.2.9").await.is_err());
    }
    assert!(matches!(m.esterna(ANNA, false).await, Err(AccessoNegato::Rallentato { .. })));
    m.sposta(Scarto::from_mins(4)).await;
    assert!(m.esterna(ANNA, false).await.unwrap().aperta);
    let mut c = m.prova.come("alleanza_super").await.unwrap();
    sqlx::raw_sql("update accesso.persona set disattivata_il = now() where utente = 'anna'")
        .execute(&mut c)
        .await
        .unwrap();
    assert!(matches!(m.esterna(ANNA, false).await, Err(AccessoNegato::EsternaSconosciuta)));
    m.butta().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_looked_at_before_it_is_believed() {
    let m = Mondo::nuovo().await;
    let salute = authz::prova_fornitore(&m.serratura, m.s.emittente()).await.unwrap();
    assert_eq!((salute.chiavi, salute.pagina), (2, format!("{}/entra", m.s.emittente())));
    use Guasto::*;
    for (g, detto) in [
        (Lento, "non risponde in tempo"),
        (Cinquecento, "ha risposto 500"),
        (Html, "non è JSON"),
        (Enorme, "troppo lunga"),
        (Rinvio, "rimanda altrove (307)"),
        (PresentazioneAltrui, "di un altro emittente"),
        (ChiaviAltrove, "è fuori"),
        (SenzaPkce, "PKCE"),
    ] {
        m.s.guasto(g);
        let d: Difetto = authz::prova_fornitore(&m.serratura, m.s.emittente()).await.unwrap_err();
        assert!(d.to_string().contains(detto), "{g:?}: {d}");
    }
    m.s.guasto(None);
    for (emittente, detto) in [
        ("https://example.it", "è fuori"),
        ("http://10.0.0.1", "è fuori"),
        ("ftp://localhost", "https://"),
        ("http://a:b@localhost/", "non è un indirizzo"),
        ("localhost", "non è un indirizzo"),
        ("http://127.0.0.1:1", "non accetta il collegamento"),
    ] {
        let d = authz::prova_fornitore(&m.serratura, emittente).await.unwrap_err().to_string();
        assert!(d.contains(detto), "{emittente}: {d}");
    }

    // Sealed, and gone when it is off; nobody else's ente touches it.
    let chi = m.chi("anna").await;
    assert!(matches!(aggiungi(&m.casa, &m.s, &chi, None).await, Err(FornitoreError::Doppio)));
    let mut c = m.prova.come("alleanza_super").await.unwrap();
    let segreti = "select sigillato from accesso.segreto_fornitore";
    let sigillato: Vec<u8> = sqlx::query_scalar(segreti).fetch_one(&mut c).await.unwrap();
    assert!(!sigillato.windows(7).any(|w| w == b"segreto"));
    let mut tx = m.tx(m.valdora).await;
    assert!(authz::spegni_fornitore(&mut tx, &chi, m.fornitore).await.unwrap().is_none());
    tx.commit().await.unwrap();
    assert_eq!(sqlx::query(segreti).fetch_all(&mut c).await.unwrap().len(), 1);
    let p = m.parti(false).await;
    let mut tx = m.tx(m.valbruna).await;
    assert!(authz::spegni_fornitore(&mut tx, &chi, m.fornitore).await.unwrap().is_some());
    tx.commit().await.unwrap();
    assert!(sqlx::query(segreti).fetch_all(&mut c).await.unwrap().is_empty());
    let in_volo = m.torna(&p, &risposta(&m.s, &p, ANNA), None).await;
    assert!(matches!(in_volo, Err(AccessoNegato::FornitoreSpento)));
    assert!(authz::fornitori_accesi(&m.prova.db).await.unwrap().is_empty());
    // Without its secret it does not know us.
    let fornitore = aggiungi(&m.casa, &m.s, &chi, Some("sbagliato")).await.unwrap();
    let m = Mondo { fornitore, ..m };
    assert!(matches!(m.esterna(ANNA, false).await, Err(AccessoNegato::FornitoreMuto(_))));
    m.butta().await;
}
