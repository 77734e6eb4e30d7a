//! What the law orders to erase goes from everywhere, and the register still proves itself.

use authz::Consenti;
use db::{DiEnte, Tx};
use kernel::oscuramento::Classe;
use protocollo::{
    Annulla, Corrispondente, DaOscurare, DaRegistrare, Dato, Filtro, Nuovo, Oscura, ProtocolloError, Registrata,
    Valore, Vista,
};
use sqlx::{AssertSqlSafe, Executor};

use crate::casa::{A, Casa, autorizzata, chi, entrata, permesso, testo_del_pdf};
use crate::esportazione::controlla;

async fn valori(tx: &mut Tx<DiEnte>, r: &Registrata) -> Vec<Valore> {
    let letta = protocollo::registrazione(tx, r.anno, r.numero).await.unwrap().unwrap();
    let annullamenti = protocollo::annullamenti(tx, &letta).await.unwrap();
    protocollo::valori(tx, &letta, &annullamenti).await.unwrap()
}

/// Erases, as Renzo, the values that the test chooses.
async fn oscura(casa: &Casa, r: &Registrata, quali: impl Fn(&Valore) -> bool) -> Result<Vec<Valore>, ProtocolloError> {
    let mut tx = casa.tx(A).await;
    let scelti = valori(&mut tx, r).await.into_iter().filter(quali).map(|v| v.chiave).collect();
    let p = permesso::<Oscura>(&mut tx, "renzo").await;
    let d = DaOscurare {
        valori: scelti,
        classe: Classe::OrdineGarante,
        provvedimento: "Garante, provvedimento n. 12".into(),
        data: "2026-01-05".parse().ok(),
    };
    let via = protocollo::oscura(&mut tx, &p, r.anno, r.numero, &d).await?;
    tx.commit().await.unwrap();
    Ok(via)
}

async fn trovate(casa: &Casa, parole: &str) -> usize {
    let mut tx = casa.tx(A).await;
    let f = Filtro { testo: parole.into(), ..Filtro::default() };
    protocollo::elenco(&mut tx, &Vista::INTERA, &f, None).await.unwrap().righe.len()
}

/// Every row of the database that still says the beginning of a word: words that search finds have lost their end.
async fn chi_lo_dice_ancora(casa: &Casa, parola: &str) -> Vec<String> {
    let mut c = casa.prova.come("alleanza_super").await.unwrap();
    let tavole: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', table_schema, table_name) from information_schema.tables \
         where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&mut c)
    .await
    .unwrap();
    let mut dette = Vec::new();
    for t in tavole {
        let sql = format!("select t::text from {t} t where t::text ilike '%{parola}%'");
        let righe: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut c).await.unwrap();
        dette.extend(righe.into_iter().map(|r| format!("{t}: {r}")));
    }
    let voci = format!("select posizione from registri.voce where convert_from(contenuto, 'UTF8') ilike '%{parola}%'");
    let voci: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(voci)).fetch_all(&mut c).await.unwrap();
    dette.extend(voci.into_iter().map(|p| format!("voce {p}")));
    dette
}

/// A letter about somebody, from somebody.
fn lettera() -> DaRegistrare {
    DaRegistrare {
        numero_mittente: "Zavatta/7".into(),
        corrispondenti: vec![Corrispondente {
            codice_fiscale: "RSSMRA80A01H501U".into(),
            indirizzo: "via Zavatta 1".into(),
            recapito: "zavatta@posta.test".into(),
            ..Corrispondente::nuovo("PF", "Ettore Zavatta")
        }],
        ..entrata("Contributo a Ettore Zavatta, invalido civile")
    }
}

#[tokio::test]
async fn everything_personal_of_a_registration_goes_from_everywhere() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&lettera()).await;
    let altra = casa.registra(&entrata("Neve")).await;
    assert_eq!(trovate(&casa, "Zavatta").await, 1);
    let prima = casa.leggi_registrazione(&r).await;
    assert_eq!(oscura(&casa, &r, |_| true).await.unwrap().len(), 3);

    assert_eq!(chi_lo_dice_ancora(&casa, "zavatt").await, Vec::<String>::new());
    assert_eq!((trovate(&casa, "Zavatta").await, trovate(&casa, "invalido").await), (0, 0));
    let dopo = casa.leggi_registrazione(&r).await;
    assert_eq!(
        (dopo.oggetto.as_str(), dopo.corrispondenti.as_str(), dopo.numero_mittente.as_deref()),
        ("Oggetto oscurato", "Nomi oscurati", Some("Numero oscurato"))
    );
    assert_eq!((dopo.numero, dopo.istante, dopo.ufficio.as_str()), (prima.numero, prima.istante, "SEG"));
    assert!(dopo.oscurata && !casa.leggi_registrazione(&altra).await.oscurata);
    let mut tx = casa.tx(A).await;
    let o = protocollo::oscuramenti(&mut tx, &dopo).await.unwrap();
    assert_eq!(o[0].dati(), [Dato::Oggetto, Dato::Corrispondenti, Dato::NumeroMittente]);
    assert_eq!((o.len(), o[0].classe(), o[0].chi.as_str()), (1, "ordine del Garante", "renzo Prova"));
    drop(tx);

    // The chain holds here, and for who has only the export.
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
    let (sano, detto) = controlla(&casa).await;
    assert!(sano, "{detto}");
    assert_eq!(oscura(&casa, &r, |_| true).await.unwrap_err().codice(), Some("PRT-028"), "nothing is left to erase");
    assert_eq!(casa.registra(&entrata("La terza")).await.numero, 3);
}

/// The rettifica of art. 54 leaves the old subject readable: what the law orders to erase is exactly that.
#[tokio::test]
async fn after_a_rettifica_the_old_subject_goes_and_the_new_one_stays() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&lettera()).await;
    let mut tx = casa.tx(A).await;
    let p = permesso::<Annulla>(&mut tx, "renzo").await;
    let nuovi = vec![Corrispondente::nuovo("PF", "E. Z.")];
    for nuovo in [
        Nuovo::Oggetto("Contributo economico".into()),
        Nuovo::Corrispondenti(nuovi.clone()),
        Nuovo::NumeroMittente("7".into()),
    ] {
        let a = protocollo::Autorizzazione { motivo: "nominava Zavatta".into(), ..autorizzata() };
        protocollo::rettifica(&mut tx, &p, r.anno, r.numero, &nuovo, &a).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(trovate(&casa, "Zavatta").await, 1, "annulled values are still found");
    let via = oscura(&casa, &r, |v| v.testo().contains("Zavatta")).await.unwrap();
    assert_eq!(via.len(), 6, "three old values, three reasons");

    assert_eq!(chi_lo_dice_ancora(&casa, "zavatt").await, Vec::<String>::new());
    assert_eq!((trovate(&casa, "Zavatta").await, trovate(&casa, "contributo economico").await), (0, 1));
    let letta = casa.leggi_registrazione(&r).await;
    assert_eq!((letta.oggetto.as_str(), letta.corrispondenti.as_str()), ("Contributo economico", "E. Z."));
    assert!(letta.rettificata && letta.oscurata);
    let mut tx = casa.tx(A).await;
    assert_eq!(protocollo::corrispondenti(&mut tx, &letta).await.unwrap(), nuovi);
    let a = protocollo::annullamenti(&mut tx, &letta).await.unwrap();
    assert_eq!(
        (a[0].prima.as_str(), a[0].dopo.as_str(), a[0].motivo.as_str()),
        ("Oggetto oscurato", "Contributo economico", "Motivo oscurato")
    );
    assert_eq!((a[1].prima.as_str(), a[2].prima.as_str()), ("Nomi oscurati", "Numero oscurato"));
    drop(tx);
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
    let (sano, detto) = controlla(&casa).await;
    assert!(sano, "{detto}");
}

/// The other way round: the value in force goes, a neutral one is written after it.
#[tokio::test]
async fn an_erased_subject_may_be_written_anew_and_an_annulled_registration_may_be_erased() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&entrata("Neutro")).await;
    let mut tx = casa.tx(A).await;
    let p = permesso::<Annulla>(&mut tx, "renzo").await;
    let nomina = Nuovo::Oggetto("Nomina Zavatta".into());
    protocollo::rettifica(&mut tx, &p, r.anno, r.numero, &nomina, &autorizzata()).await.unwrap();
    tx.commit().await.unwrap();
    oscura(&casa, &r, |v| v.testo() == "Nomina Zavatta").await.unwrap();
    let letta = casa.leggi_registrazione(&r).await;
    assert_eq!(letta.oggetto, "Oggetto oscurato", "the old value does not come back");
    let (sano, detto) = controlla(&casa).await;
    assert!(sano, "{detto}");

    let mut tx = casa.tx(A).await;
    let p = permesso::<Annulla>(&mut tx, "renzo").await;
    let nuovo = Nuovo::Oggetto("Di nuovo neutro".into());
    protocollo::rettifica(&mut tx, &p, r.anno, r.numero, &nuovo, &autorizzata()).await.unwrap();
    protocollo::annulla(&mut tx, &p, r.anno, r.numero, &autorizzata()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(casa.leggi_registrazione(&r).await.oggetto, "Di nuovo neutro");
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
    // The reason of both annulments is the same text: it goes from both.
    let via = oscura(&casa, &r, |v| v.chiave.dato == Dato::Motivo && v.chiave.posizione == 2).await.unwrap();
    assert_eq!(via.len(), 3);
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_issued_later_says_only_that_something_was_erased() {
    let casa = Casa::nata_il("2026-11-20T08:00:00Z").await;
    let giornaliero = crate::giornaliero::catalogo();
    jobs::prepara(&casa.prova.db, &giornaliero).await.unwrap();
    let documento = Some(casa.file("lettera.txt", b"una lettera").await);
    let r = casa.registra(&DaRegistrare { documento, ..lettera() }).await;
    casa.adesso_e("2026-11-21T08:00:00Z").await;
    crate::giornaliero::lavora(&casa).await;
    oscura(&casa, &r, |_| true).await.unwrap();
    casa.adesso_e("2026-11-22T08:00:00Z").await;
    crate::giornaliero::lavora(&casa).await;

    let mut tx = casa.tx(A).await;
    let g = protocollo::giornalieri(&mut tx, None).await.unwrap().righe;
    let dati = async |tx: &mut Tx<DiEnte>, quale: usize| {
        let d = documenti::documento(tx, g[quale].dati).await.unwrap().unwrap();
        String::from_utf8(documenti::leggi(&casa.archivio, A, &d).await.unwrap()).unwrap()
    };
    let (dopo, prima) = (dati(&mut tx, 0).await, dati(&mut tx, 1).await);
    assert!(prima.contains("Zavatta"), "what was issued is not rewritten, and the preview says so");
    assert!(
        !dopo.contains("Zavatta") && dopo.contains("\"oscuramento\"") && dopo.contains("Oggetto oscurato"),
        "{dopo}"
    );
    assert!(dopo.contains(&format!("\"registrazione\":\"{}/0000001\"", r.anno)), "it says which registration: {dopo}");
    drop(tx);

    let giulia = casa.entra("giulia").await;
    let base = format!("/e/{A}/protocollo");
    let id = casa.leggi_registrazione(&r).await.documento.unwrap();
    for percorso in [
        base.clone(),
        format!("{base}/{}", r.chiave()),
        format!("{base}/{}/metadati", r.chiave()),
        format!("{base}/{}/copia/{id}", r.chiave()),
        format!("{base}/stampa?dal=20/11/26&al=21/11/26&formato=csv"),
        format!("/e/{A}/fili/{}", r.filo),
        "/protocollo".to_owned(),
        "/".to_owned(),
    ] {
        let p = casa.leggi(&percorso, &giulia).await;
        assert!(p.stato == 200 && !p.corpo.contains("Zavatta"), "{percorso}: {}", p.corpo);
    }
    let stampa = casa.leggi(&format!("{base}/stampa?dal=20/11/26&al=21/11/26&formato=pdf"), &giulia).await;
    let detto = testo_del_pdf(&stampa.byte);
    assert!(detto.contains("Oggetto oscurato") && !detto.contains("Zavatta"), "{detto}");
}

#[tokio::test]
async fn only_who_answers_for_the_register_erases_and_never_without_a_provvedimento() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&lettera()).await;
    let mut tx = casa.tx(A).await;
    for utente in ["giulia", "rita", "paolo"] {
        let chi = chi(&mut tx, utente).await;
        assert!(tx.consenti::<Oscura>(&chi).await.is_err(), "{utente}");
    }
    let p = permesso::<Oscura>(&mut tx, "renzo").await;
    let tutti: Vec<_> = valori(&mut tx, &r).await.iter().map(|v| v.chiave).collect();
    let senza = DaOscurare { valori: tutti, classe: Classe::OrdineGiudice, provvedimento: " ".into(), data: None };
    let e = protocollo::oscura(&mut tx, &p, r.anno, r.numero, &senza).await.unwrap_err();
    assert_eq!(e.codice(), Some("PRT-021"));
    drop(tx);
    assert_eq!(trovate(&casa, "Zavatta").await, 1);
}

/// Without an oscuramento nobody takes a name away; with one, only the words that say so may stand in its place.
#[tokio::test]
async fn the_database_lets_values_go_only_by_an_oscuramento() {
    let casa = Casa::nuova().await;
    let r = casa.registra(&lettera()).await;
    let mut tx = casa.tx(A).await;
    let p = permesso::<Annulla>(&mut tx, "renzo").await;
    let nuovo = Nuovo::Oggetto("Altro".into());
    protocollo::rettifica(&mut tx, &p, r.anno, r.numero, &nuovo, &autorizzata()).await.unwrap();
    tx.commit().await.unwrap();
    let copri = "update protocollo.corrispondente set nome = 'Nome oscurato', codice_fiscale = '', indirizzo = '', recapito = ''";
    let cambia = "update protocollo.corrispondente set nome = 'Un altro'";
    let prima = "update protocollo.annullamento set prima = 'Oggetto oscurato'";
    let motivo = "update protocollo.annullamento set motivo = 'Motivo oscurato'";
    let togli = "delete from protocollo.oscuramento";
    let prova = async |sql: &str| {
        let mut tx = casa.tx(A).await;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(tx.conn()).await.is_ok()
    };
    for sql in [copri, cambia, prima, motivo, togli] {
        assert!(!prova(sql).await, "{sql}");
    }
    oscura(&casa, &r, |v| matches!(v.chiave.dato, Dato::Corrispondenti | Dato::Oggetto)).await.unwrap();
    for sql in [cambia, motivo, togli, "update protocollo.annullamento set dopo = 'Altro ancora'"] {
        assert!(!prova(sql).await, "{sql}");
    }
}

#[tokio::test]
async fn every_difference_between_oscuramento_and_tables_is_named() {
    for (sql, cosa) in [
        ("update protocollo.registrazione set oggetto = 'Zavatta' where numero = 1", "oggetto diverso dalla voce"),
        (
            "update protocollo.registrazione set numero_mittente = 'Zavatta' where numero = 1",
            "protocollo del mittente diverso",
        ),
        ("update protocollo.registrazione set corrispondenti = 'Zavatta' where numero = 1", "corrispondenti diversi"),
        (
            "update protocollo.corrispondente set recapito = 'zavatta@posta.test' where posizione = 1",
            "corrispondenti diversi",
        ),
        ("update protocollo.annullamento set prima = 'Zavatta' where numero = 2", "annullamento diverso dalla voce"),
        ("update protocollo.annullamento set motivo = 'Zavatta' where numero = 2", "annullamento diverso dalla voce"),
        ("delete from protocollo.oscuramento where numero = 1", "voce di oscuramento senza oscuramento"),
        ("update protocollo.oscuramento set classe = 'dati_eccedenti'", "oscuramento diverso dalla voce"),
        ("update protocollo.oscuramento set provvedimento = 'altro'", "oscuramento diverso dalla voce"),
        ("update protocollo.oscuramento set posizione = posizione + 90", "oscuramento senza voce"),
        ("delete from registri.chiaro where posizione = 3", "manca senza oscuramento"),
    ] {
        let casa = Casa::nuova().await;
        let r = casa.registra(&lettera()).await;
        let due = casa.registra(&lettera()).await;
        let mut tx = casa.tx(A).await;
        let p = permesso::<Annulla>(&mut tx, "renzo").await;
        let nuovo = Nuovo::Oggetto("Altro".into());
        protocollo::rettifica(&mut tx, &p, due.anno, due.numero, &nuovo, &autorizzata()).await.unwrap();
        tx.commit().await.unwrap();
        oscura(&casa, &r, |_| true).await.unwrap();
        let vecchi = |v: &Valore| v.chiave.posizione == 2 || v.chiave.dato == Dato::Motivo;
        oscura(&casa, &due, vecchi).await.unwrap();
        assert_eq!(casa.anomalie().await, Vec::<String>::new());
        let mut c = casa.prova.come("alleanza_super").await.unwrap();
        c.execute("set session_replication_role = replica").await.unwrap();
        let fatte = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut c).await.unwrap().rows_affected();
        assert!(fatte > 0, "{sql}");
        let anomalie = casa.anomalie().await;
        assert!(anomalie.iter().any(|a| a.contains(cosa)), "{sql}: {anomalie:?}");
        casa.butta().await;
    }
}

/// Choose, read what will happen, confirm: nothing happens before the confirmation.
#[tokio::test]
async fn the_page_shows_what_will_happen_before_it_does() {
    let casa = Casa::nata_il("2026-11-20T08:00:00Z").await;
    jobs::prepara(&casa.prova.db, &crate::giornaliero::catalogo()).await.unwrap();
    let r = casa.registra(&lettera()).await;
    casa.adesso_e("2026-11-21T08:00:00Z").await;
    crate::giornaliero::lavora(&casa).await;
    let base = format!("/e/{A}/protocollo/{}", r.chiave());
    let giulia = casa.entra("giulia").await;
    assert!(!casa.leggi(&base, &giulia).await.corpo.contains("/oscura"));
    assert_eq!(casa.leggi(&format!("{base}/oscura"), &giulia).await.stato, 403);
    let renzo = casa.entra("renzo").await;
    assert!(casa.leggi(&base, &renzo).await.corpo.contains("/oscura\""));
    let modulo = casa.leggi(&format!("{base}/oscura"), &renzo).await;
    assert!(modulo.corpo.contains("Ettore Zavatta, RSSMRA80A01H501U, via Zavatta 1"), "{}", modulo.corpo);
    let csrf = modulo.nascosto("csrf").to_owned();
    let invia =
        async |corpo: &str| casa.invia(&format!("{base}/oscura"), &renzo, &format!("csrf={csrf}&{corpo}")).await;
    let resto = "classe=ordine_garante&provvedimento=Garante+n.+12&provvedimento_data=191126";
    for (corpo, codice) in [
        (resto.to_owned(), "PRT-028"),
        ("valori=1-oggetto&classe=&provvedimento=n+1&provvedimento_data=191126".to_owned(), "WEB-016"),
        ("valori=1-oggetto&classe=capriccio&provvedimento=n+1&provvedimento_data=191126".to_owned(), "WEB-016"),
        ("valori=1-oggetto&classe=ordine_garante&provvedimento_data=191126".to_owned(), "PRT-021"),
        ("valori=1-oggetto&classe=ordine_garante&provvedimento=n+1&provvedimento_data=310226".to_owned(), "WEB-013"),
        (format!("valori=1-oggetto&conferma=si&{}", resto.replace("191126", "191127")), "PRT-010"),
    ] {
        let p = invia(&corpo).await;
        assert!(p.stato == 422 && p.corpo.contains(codice), "{corpo}: {}", p.corpo);
    }
    let anteprima = invia(&format!("valori=tutti&{resto}")).await;
    for atteso in ["Sparisce", "Contributo a Ettore Zavatta", "20/11/2026", "non si riscrivono", "Garante n. 12"] {
        assert!(anteprima.corpo.contains(atteso), "{atteso}: {}", anteprima.corpo);
    }
    assert_eq!(trovate(&casa, "Zavatta").await, 1, "nothing happened yet");
    let ancora = invia(&format!("valori=1-oggetto&correggi=si&{resto}")).await;
    assert!(
        ancora.corpo.contains("Garante n. 12") && ancora.corpo.contains("value=\"1-oggetto\" checked"),
        "{}",
        ancora.corpo
    );

    let fatta = invia(&format!("valori=1-oggetto&conferma=si&{resto}")).await;
    assert_eq!(fatta.header("location"), base, "{}", fatta.corpo);
    let pagina = casa.leggi(&base, &renzo).await.corpo;
    for atteso in
        ["Dati oscurati", "ordine del Garante", "Garante n. 12 del 19/11/2026", "oscuramento<br>", "Ettore Zavatta"]
    {
        assert!(pagina.contains(atteso), "{atteso}: {pagina}");
    }
    assert!(!pagina.contains("invalido civile"), "{pagina}");
    let fatta = invia(&format!("valori=tutti&conferma=si&{resto}")).await;
    assert_eq!(fatta.stato, 303, "{}", fatta.corpo);
    assert!(casa.leggi(&format!("{base}/oscura"), &renzo).await.corpo.contains("Non c’è più nulla da oscurare"));
    assert_eq!(casa.anomalie().await, Vec::<String>::new());
}
