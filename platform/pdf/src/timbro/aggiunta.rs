//! An incremental update (ISO 32000-1, 7.5.6): the copy begins with the received bytes, all of them, unchanged, and the
//! changed objects follow. What was signed in the original can still be checked in the copy.

use crate::ricevuto::Lettore;
use lopdf::{Dictionary, Object, ObjectId, Stream, Writer};
use std::collections::BTreeMap;
use std::io::Write;

type Posti = BTreeMap<ObjectId, usize>;

/// `libero` is the first object number that nobody uses.
pub fn aggiungi(
    pdf: &[u8],
    lettore: &Lettore,
    oggetti: &BTreeMap<ObjectId, Object>,
    libero: u32,
) -> std::io::Result<Vec<u8>> {
    let mut copia = pdf.to_vec();
    copia.push(b'\n');
    let mut posti = Posti::new();
    for (id, oggetto) in oggetti {
        posti.insert(*id, copia.len());
        scrivi(&mut copia, *id, oggetto)?;
    }
    let inizio = copia.len();
    let mut coda = coda(lettore);
    if lettore.a_flusso {
        posti.insert((libero, 0), inizio);
        coda.set("Size", i64::from(libero) + 1);
        scrivi(&mut copia, (libero, 0), &Object::Stream(indice_a_flusso(coda, &posti)))?;
    } else {
        coda.set("Size", i64::from(libero));
        tabella(&mut copia, &posti)?;
        copia.extend_from_slice(b"trailer\n");
        Writer::write_object(&mut copia, &Object::Dictionary(coda))?;
    }
    write!(copia, "\nstartxref\n{inizio}\n%%EOF\n")?;
    Ok(copia)
}

fn coda(lettore: &Lettore) -> Dictionary {
    let mut coda = Dictionary::new();
    for chiave in ["Root", "Info", "ID"] {
        if let Ok(valore) = lettore.coda.get(chiave.as_bytes()) {
            coda.set(chiave, valore.clone());
        }
    }
    coda.set("Prev", i64::try_from(lettore.inizio).unwrap_or_default());
    coda
}

fn scrivi(copia: &mut Vec<u8>, id: ObjectId, oggetto: &Object) -> std::io::Result<()> {
    writeln!(copia, "{} {} obj", id.0, id.1)?;
    Writer::write_object(copia, oggetto)?;
    copia.extend_from_slice(b"\nendobj\n");
    Ok(())
}

fn tabella(copia: &mut Vec<u8>, posti: &Posti) -> std::io::Result<()> {
    copia.extend_from_slice(b"xref\n");
    for ((numero, generazione), inizio) in posti {
        write!(copia, "{numero} 1\n{inizio:010} {generazione:05} n \n")?;
    }
    Ok(())
}

fn indice_a_flusso(mut dizionario: Dictionary, posti: &Posti) -> Stream {
    let mut voci = Vec::with_capacity(posti.len() * 11);
    let mut tratti = Vec::with_capacity(posti.len() * 2);
    for ((numero, generazione), inizio) in posti {
        voci.push(1);
        voci.extend_from_slice(&(*inizio as u64).to_be_bytes());
        voci.extend_from_slice(&generazione.to_be_bytes());
        tratti.extend([Object::from(i64::from(*numero)), 1.into()]);
    }
    dizionario.set("Type", "XRef");
    dizionario.set("W", [1, 8, 2].map(Object::Integer).to_vec());
    dizionario.set("Index", tratti);
    Stream::new(dizionario, voci)
}
