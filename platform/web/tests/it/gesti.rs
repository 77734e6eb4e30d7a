//! What is done to many things at once goes on from where it stopped, and what breaks is left behind.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use web::{Dati, Effetto, Errore, Gesto, Service};

use crate::casa::Casa;
use crate::servizio::SCRIVE;

/// How often each page of the notebook was torn out, and how many times the third one still gets stuck.
static STRAPPATE: [AtomicUsize; 6] = [const { AtomicUsize::new(0) }; 6];
static INCEPPI: AtomicUsize = AtomicUsize::new(0);
const NO: kernel::Frase = kernel::Frase { codice: "QUA-002", frase: "È cucita.", rimedio: "Lasciala." };

pub const GESTI: &[Gesto] = &[Gesto {
    codice: "quaderno.strappa",
    nome: "Strappa",
    cose: ("una pagina", "pagine"),
    elenco: "/quaderno",
    azione: SCRIVE,
    prova: |_, _, su, _| {
        Box::pin(async move {
            let effetto = |s: &String| Effetto {
                su: s.clone(),
                titolo: format!("Pagina {s}"),
                sotto: String::new(),
                percorso: "/quaderno".into(),
                esito: if s == "5" { Err(Errore::rifiuto(&NO)) } else { Ok("sparisce".into()) },
            };
            Ok(su.iter().map(effetto).collect())
        })
    },
    fai: |_, _, su, _| {
        Box::pin(async move {
            let n: usize = su.parse().map_err(Errore::guasto)?;
            if n == 3 && INCEPPI.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |i| i.checked_sub(1)).is_ok() {
                return Err(Errore::guasto("stuck"));
            }
            STRAPPATE[n].fetch_add(1, Ordering::SeqCst);
            if n == 4 { Err(Errore::rifiuto(&NO)) } else { Ok(Dati::new()) }
        })
    },
    disfa: None,
}];

static SERVIZI: LazyLock<Vec<Service>> = LazyLock::new(|| vec![crate::servizio::service()]);

async fn lavora(casa: &Casa, acceso: bool) {
    let lavoro = match acceso {
        true => web::gesti::lavoro(|cx, i| {
            Box::pin(web::gesti::svolgi(&SERVIZI, |_| Box::pin(async { Ok(vec!["quaderno".into()]) }), cx, i))
        }),
        false => web::gesti::lavoro(|cx, i| {
            Box::pin(web::gesti::svolgi(&SERVIZI, |_| Box::pin(async { Ok(Vec::new()) }), cx, i))
        }),
    };
    let cx = jobs::Contesto::nuovo(casa.prova.db.clone(), casa.archivio.clone());
    jobs::esegui_tutto(&cx, &jobs::Catalogo::nuovo([lavoro], [])).await.unwrap();
}

async fn chiedi(casa: &Casa, giulia: &str, su: &[u32]) -> String {
    let csrf = casa.csrf(giulia).await;
    let su: String = su.iter().map(|n| format!("&su={n}")).collect();
    let r = casa.invia("/e/c_e307/azioni", giulia, &format!("csrf={csrf}&gesto=quaderno.strappa{su}")).await;
    assert_eq!(r.stato, StatusCode::SEE_OTHER, "{}", r.corpo);
    r.header("location").to_owned()
}

fn strappate() -> Vec<usize> {
    STRAPPATE.iter().map(|s| s.load(Ordering::SeqCst)).collect()
}

/// One test, because the pages are the same for all.
#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_from_where_it_stopped() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;

    // The third gets stuck once: the first two are not done again, the others wait for it.
    INCEPPI.store(1, Ordering::SeqCst);
    let diario = chiedi(&casa, &giulia, &[1, 2, 3, 4, 5]).await;
    lavora(&casa, true).await;
    assert_eq!(strappate(), [0, 1, 1, 0, 0, 0]);
    assert!(casa.leggi(&diario, &giulia).await.corpo.contains("In corso: 2 di 4"));
    casa.sposta(3600).await;
    lavora(&casa, true).await;
    let giulia = casa.entra("giulia").await;
    // The fifth was refused before beginning; the fourth changed its mind in between.
    assert_eq!(strappate(), [0, 1, 1, 1, 1, 0]);
    let letto = casa.leggi(&diario, &giulia).await.corpo;
    assert!(
        letto.contains("Finito: 3 di 4") && letto.contains("QUA-002") && letto.contains("Riprova quelle"),
        "{letto}"
    );
    assert!(!letto.contains("Rimetti com’era"), "there is no way back from tearing");

    // What was left is tried again, alone, and by whom it was of.
    let elena = casa.entra("elena").await;
    let sua = casa.csrf(&elena).await;
    casa.invia(&format!("{diario}/riprova"), &elena, &format!("csrf={sua}")).await;
    lavora(&casa, true).await;
    assert_eq!(strappate(), [0, 1, 1, 1, 1, 0]);
    let csrf = casa.csrf(&giulia).await;
    casa.invia(&format!("{diario}/riprova"), &giulia, &format!("csrf={csrf}")).await;
    lavora(&casa, true).await;
    assert_eq!(strappate(), [0, 1, 1, 1, 2, 0]);

    // It stays stuck: after three attempts it is left behind, with a code to tell, and the others go on.
    INCEPPI.store(9, Ordering::SeqCst);
    let diario = chiedi(&casa, &giulia, &[3, 2]).await;
    for ora in 2..6 {
        casa.sposta(3600 * ora).await;
        lavora(&casa, true).await;
    }
    let giulia = casa.entra("giulia").await;
    let letto = casa.leggi(&diario, &giulia).await.corpo;
    assert!(letto.contains("Finito: 1 di 2") && letto.contains("WEB-500"), "{letto}");
    assert_eq!(strappate(), [0, 1, 2, 1, 2, 0]);

    // The service was switched off meanwhile: nothing more is done, and the journal says why.
    let diario = chiedi(&casa, &giulia, &[1]).await;
    lavora(&casa, false).await;
    assert!(casa.leggi(&diario, &giulia).await.corpo.contains("WEB-005"));
    assert_eq!(strappate(), [0, 1, 2, 1, 2, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_chosen_is_listed_once_and_cut_at_two_hundred() {
    let casa = Casa::nuova().await;
    let giulia = casa.entra("giulia").await;
    let su: String = (0..250).map(|n| format!("&su={n}&su={n}")).collect();
    let vista = casa.leggi(&format!("/e/c_e307/azioni/nuova?gesto=quaderno.strappa{su}"), &giulia).await.corpo;
    assert!(vista.contains("più di 200"));
    assert_eq!(vista.matches("name=\"su\"").count(), 199, "the fifth is refused");
    let vuota = casa.leggi("/e/c_e307/azioni/nuova?gesto=quaderno.strappa", &giulia).await.corpo;
    assert!(vuota.contains("Non hai scelto nulla"));
}
