//! The model plan of classification (ANCI, 2005): 14 titles and 125 classes, from `data/titolario_anci_2005.csv`.

use serde::Serialize;

pub(crate) const NOME: &str = "Titolario ANCI per i comuni, 2005";
const ELENCO: &str = include_str!("../../../data/titolario_anci_2005.csv");

/// A node as it enters the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Nodo {
    pub codice: String,
    pub descrizione: String,
    /// A thousand for each title, plus the number of the class.
    pub ordine: i32,
    pub classificabile: bool,
}

/// Titles and classes, in order. A title without classes is itself the class of what goes under it.
pub(crate) fn modello() -> Vec<Nodo> {
    let mut nodi: Vec<Nodo> = Vec::new();
    let mut titoli = 0;
    for riga in csv::Reader::from_reader(ELENCO.as_bytes()).into_deserialize::<Riga>().flatten() {
        if nodi.iter().all(|n| n.codice != riga.titolo) {
            titoli += 1000;
            nodi.push(Nodo {
                codice: riga.titolo.clone(),
                descrizione: riga.titolo_descrizione,
                ordine: titoli,
                classificabile: riga.classe.is_none(),
            });
        }
        if let Some(classe) = riga.classe {
            nodi.push(Nodo {
                codice: format!("{}.{classe}", riga.titolo),
                descrizione: riga.classe_descrizione,
                ordine: titoli + classe,
                classificabile: true,
            });
        }
    }
    nodi
}

#[derive(serde::Deserialize)]
struct Riga {
    titolo: String,
    titolo_descrizione: String,
    classe: Option<i32>,
    classe_descrizione: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_has_fourteen_titles_and_a_hundred_and_twenty_five_classes() {
        let nodi = modello();
        let classi = nodi.iter().filter(|n| n.codice.contains('.')).count();
        assert_eq!((nodi.len() - classi, classi), (14, 125));
        assert!(nodi.windows(2).all(|n| n[0].ordine < n[1].ordine));
        let nodo = |c: &str| nodi.iter().find(|n| n.codice == c).unwrap();
        assert!(nodo("VI.5").classificabile && nodo("XIV").classificabile && !nodo("VI").classificabile);
    }
}
