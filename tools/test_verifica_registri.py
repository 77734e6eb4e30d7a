"""The checker against an export made here by hand."""
import contextlib
import hashlib
import io
import json
import struct
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import verifica_registri

CATENA = {"ente": "c_a001", "aoo": "AOO1", "registro": "PROT", "catena": 0}
CAPODANNO = 1_798_758_000_000_000  # 2027-01-01T00:00:00 in Rome, in microseconds
DOCUMENTO = b"%PDF-1.7"


def sha(byte):
    return hashlib.sha256(byte).hexdigest()


def esporta(cartella, voci, stato=(), **registro):
    """Writes the voci (operation, instant, instant in full, content, clear values) as a chain that holds."""
    prima, numero, serie, scritte = bytes(32), 0, None, []
    for p, (operazione, us, istante, contenuto, chiaro) in enumerate(voci, 1):
        anno = 2027 if us >= CAPODANNO else 2026
        numero = (numero if anno == serie else 0) + (operazione == 1)
        serie, n = anno, numero if operazione == 1 else None
        byte = contenuto if isinstance(contenuto, bytes) else json.dumps(
            contenuto, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        anello = (prima + b"\x00\x01c_a001\x1fAOO1\x1fPROT" + struct.pack(">i", anno) + struct.pack(">q", p)
                  + bytes([operazione]) + struct.pack(">i", n or 0) + struct.pack(">q", us) + hashlib.sha256(byte).digest())
        prima = hashlib.sha256(anello).digest()
        scritte.append({**CATENA, "posizione": p, "serie": anno, "operazione": operazione, "numero": n, "istante_us": us,
                        "istante": istante, "versione_canonica": 1, "contenuto": byte.hex(),
                        "impronta_contenuto": sha(byte), "impronta": prima.hex(), "chiaro": chiaro})
    riga = {**CATENA, "regola": "istante", "serie": serie, "ultimo": numero, "posizione": len(voci),
            "istante_us": voci[-1][1], "testa": prima.hex(), **registro}
    (cartella / "stato").mkdir()
    for nome, righe in (("registri", [riga]), ("voci", scritte), ("teste", []), ("stato/p.r", stato)):
        if righe:
            (cartella / f"{nome}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in righe), encoding="utf-8")
    return scritte


def due_anni():
    sale = "00" * 16
    impegno = sha(bytes(16) + "Perché «così»?".encode())
    return [
        (1, CAPODANNO - 1, "2026-12-31T22:59:59.999999Z",
         {"riservati": {"oggetto": impegno}, "impronta": sha(DOCUMENTO)},
         {"oggetto": {"sale": sale, "valore": "Perché «così»?"}}),
        (1, CAPODANNO, "2026-12-31T23:00:00Z", {"nota": "a\"\\\n\u0001è"}, {}),
        (2, CAPODANNO + 500_000, "2026-12-31T23:00:00.5Z", {"su": 2}, {}),
    ]


def riga(posizione, **campi):
    return {"aoo": "AOO1", "registro": "PROT", "catena": 0, "posizione": posizione, **campi}


class Verifica(unittest.TestCase):
    def setUp(self):
        temporanea = tempfile.TemporaryDirectory()
        self.addCleanup(temporanea.cleanup)
        self.cartella = Path(temporanea.name)

    def esegui(self, *argomenti):
        detto = io.StringIO()
        with mock.patch.object(sys, "argv", ["verifica", str(self.cartella), *argomenti]), \
                contextlib.redirect_stdout(detto), contextlib.redirect_stderr(detto):
            return verifica_registri.main(), detto.getvalue()

    def test_two_years_and_an_annulment_hold(self):
        esporta(self.cartella, due_anni(), [riga(1, oggetto="Perché «così»?", annullata=False), riga(2, annullata=True)])
        self.assertEqual(self.esegui(), (0, "✓ 1 catene, 3 voci, 0 documenti: tutto torna.\n"))

    def test_a_subject_that_was_rectified_and_then_erased_is_not_compared(self):
        impegno = sha(bytes(16) + b"via")
        voci = due_anni() + [
            (3, CAPODANNO + 600_000, "2026-12-31T23:00:00.6Z", {"campi": "oggetto", "riservati": {"oggetto": impegno}, "su": 1}, {}),
            (5, CAPODANNO + 700_000, "2026-12-31T23:00:00.7Z", {"campi": "oggetto", "su": 4}, {}),
        ]
        esporta(self.cartella, voci, [riga(1, oggetto="Oggetto oscurato", annullata=False), riga(2, annullata=True)])
        self.assertEqual(self.esegui(), (0, "✓ 1 catene, 5 voci, 0 documenti: tutto torna.\n"))

    def test_the_state_must_say_the_same(self):
        for n, (righe, cosa) in enumerate((
            ([riga(1)], "voce 2: nello stato manca la registrazione"),
            ([riga(1, oggetto="x"), riga(2)], "voce 1: nello stato l’oggetto è un altro"),
            ([riga(1, impronta="x"), riga(2)], "voce 1: nello stato l’impronta del documento è un’altra"),
            ([riga(1), riga(2, annullata=False)], "voce 2: annullata, ma non nello stato"),
            ([riga(1, annullata=True), riga(2)], "voce 1: annullata solo nello stato"),
            ([riga(1), riga(2), riga(3)], "voce 3: lo stato ha una registrazione che il registro non ha"),
        )):
            self.cartella = self.cartella / str(n)
            self.cartella.mkdir()
            esporta(self.cartella, due_anni(), righe)
            self.assertEqual(self.esegui(), (1, f"✗ c_a001 AOO1/PROT {cosa}\n"))

    def test_other_spellings_of_a_content_are_refused(self):
        for byte in (b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a":null}', b'{"a":1.0}', b'{"a":[]}', b"1",
                     b'{"a":9007199254740992}', b'{"a":"\\u00e8"}', b'{"a":"\\ud800"}', b'{"a":"\xff"}', b'{"a":NaN}'):
            self.assertIsNone(verifica_registri.leggi_canonico(byte), byte)

    def test_the_first_voce_is_named_with_its_number(self):
        voci = due_anni()
        voci[0][4]["oggetto"]["valore"] = "Altro"
        esporta(self.cartella, voci)
        detto = "✗ c_a001 AOO1/PROT voce 1, numero 0000001 del 31/12/2026 23:59: il campo «oggetto» è stato cambiato\n"
        self.assertEqual(self.esegui(), (1, detto))

    def test_heads_kept_elsewhere(self):
        scritte = esporta(self.cartella, due_anni())
        teste = self.cartella / "conservate"
        for posizione, impronta, esito in ((2, scritte[1]["impronta"], 0), (2, "00" * 32, 1), (9, "00" * 32, 1)):
            teste.write_text(json.dumps({**CATENA, "posizione": posizione, "impronta": impronta}))
            self.assertEqual(self.esegui("--teste", str(teste))[0], esito)

    def test_documents(self):
        esporta(self.cartella, due_anni())
        self.assertEqual(self.esegui()[0], 0)
        self.assertEqual(self.esegui("--documenti"), (1, f"✗ c_a001 AOO1/PROT voce 1: manca il documento {sha(DOCUMENTO)}\n"))
        documento = self.cartella / "documenti" / sha(DOCUMENTO)
        documento.parent.mkdir()
        documento.write_bytes(DOCUMENTO)
        self.assertEqual(self.esegui("--documenti"), (0, "✓ 1 catene, 3 voci, 1 documenti: tutto torna.\n"))
        documento.write_bytes(b"altro")
        self.assertEqual(self.esegui(), (1, f"✗ documento {sha(DOCUMENTO)}: il contenuto è stato alterato\n"))

    def test_the_counter_must_agree(self):
        esporta(self.cartella, due_anni(), ultimo=7)
        detto = "✗ c_a001 AOO1/PROT voce 3: il contatore non corrisponde alla sua ultima voce\n"
        self.assertEqual(self.esegui(), (1, detto))

    def test_what_is_not_an_export_says_so(self):
        self.assertEqual(self.esegui()[0], 2)
        (self.cartella / "registri.jsonl").write_text("non è JSON\n")
        self.assertEqual(self.esegui()[0], 2)


if __name__ == "__main__":
    unittest.main()
