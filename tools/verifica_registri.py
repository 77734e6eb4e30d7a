#!/usr/bin/env python3
"""Verifica i registri esportati da Alleanza, senza Alleanza.

DIR è la cartella scritta da `alleanza esporta registri`. Ricalcola catena, numeri, istanti, campi riservati, stato,
teste conservate e documenti. Esce con 0 se tutto torna, con 1 nominando la prima voce guasta di ogni catena,
con 2 se l'esportazione non si può leggere.
"""
import argparse
import hashlib
import json
import struct
import sys
from datetime import datetime, timedelta, timezone
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

ROMA = ZoneInfo("Europe/Rome")
EPOCA = datetime(1970, 1, 1, tzinfo=timezone.utc)
REGISTRAZIONE, ANNULLAMENTO, RETTIFICA, OSCURAMENTO, SCARTO = 1, 2, 3, 5, 6


def righe(file):
    """The objects of a file of JSON lines, one at a time; a file that is not there has none."""
    if file.exists():
        with open(file, encoding="utf-8") as f:
            yield from map(json.loads, f)


def utc(us):
    return EPOCA + timedelta(microseconds=us)


def chiave(riga):
    return riga["aoo"], riga["registro"], riga["catena"]


# --- canonical form: RFC 8785 restricted to objects, ASCII keys, strings, booleans, integers below 2^53

def ammesso(valore, livello=1):
    if isinstance(valore, dict):
        return livello <= 32 and all(k.isascii() and ammesso(v, livello + 1) for k, v in valore.items())
    return isinstance(valore, (str, bool)) or isinstance(valore, int) and abs(valore) < 2**53


def leggi_canonico(byte):
    """The content, or None when these are not its only bytes."""
    try:
        contenuto = json.loads(byte.decode("utf-8"))
        forma = json.dumps(contenuto, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        giusto = isinstance(contenuto, dict) and ammesso(contenuto) and forma.encode("utf-8") == byte
    except (ValueError, RecursionError):
        giusto = False
    return contenuto if giusto else None


def documenti_citati(oggetto, dentro=False):
    """Fingerprints under a key `impronta`, or anywhere in an object `documenti`."""
    for nome, valore in oggetto.items():
        if isinstance(valore, dict):
            yield from documenti_citati(valore, dentro or nome == "documenti")
        elif isinstance(valore, str) and len(valore) == 64 and (dentro or nome == "impronta"):
            yield valore


def anello(precedente, v):
    """The link: fixed, binary, big-endian."""
    nomi = "\x1f".join((v["ente"], v["aoo"], v["registro"])).encode("utf-8")
    numeri = struct.pack(">iqBiq", v["serie"], v["posizione"], v["operazione"], v["numero"] or 0, v["istante_us"])
    versione = struct.pack(">h", v["versione_canonica"])
    return hashlib.sha256(precedente + versione + nomi + numeri + bytes.fromhex(v["impronta_contenuto"])).hexdigest()


def del_tipo(tipo, valore, altrimenti):
    return valore if type(valore) is tipo else altrimenti


class Catena:
    """One chain being walked: what the next voce must continue from, and what does not hold."""

    def __init__(self, nome, registro, teste, stato):
        self.nome, self.registro, self.teste, self.stato = nome, registro, teste, stato
        self.posizione, self.serie, self.numero, self.istante, self.testa = 0, None, 0, None, bytes(32)
        self.mancanti, self.oscurati, self.annullate, self.scartate = set(), set(), set(), set()
        self.registrate, self.diversi, self.citati = set(), {}, {}
        self.testa_buona, self.guasti = 0, []

    def guasto(self, cosa, posizione, v=None, dello_stato=False):
        """Notes what does not hold; the first one of a chain is shown, and the state is only the shadow of the voci."""
        dove = f"{self.nome} voce {posizione}"
        if self.registro and self.registro["catena"]:
            dove += f" (serie {self.registro['catena']})"
        if v:
            dove += f", numero {v['numero']:07}" if v["numero"] else ""
            dove += f" del {utc(v['istante_us']).astimezone(ROMA):%d/%m/%Y %H:%M}"
        self.guasti.append((dello_stato, posizione, len(self.guasti), f"{dove}: {cosa}"))

    def voce(self, v):
        if self.registro is None:
            return self.guasto("la catena non ha più il suo contatore", v["posizione"])
        if v["posizione"] > self.posizione + 1:
            self.guasto("la voce manca", self.posizione + 1)
        atteso = self.numero + 1 if self.serie in (None, v["serie"]) else 1
        contenuto = leggi_canonico(bytes.fromhex(v["contenuto"]))
        for cosa in self.esamina(v, utc(v["istante_us"]), atteso, contenuto):
            self.guasto(cosa, v["posizione"], v)
        if self.stato is not None and contenuto is not None:
            self.confronta(v, contenuto)
        self.numero = atteso - 1 if v["numero"] is None else v["numero"]
        self.posizione, self.serie, self.istante = v["posizione"], v["serie"], v["istante_us"]
        self.testa = bytes.fromhex(v["impronta"])

    def esamina(self, v, quando, atteso, contenuto):
        """Every rule of the chain, for one voce."""
        if v["posizione"] <= self.posizione:
            yield "la posizione è doppia"
        if hashlib.sha256(bytes.fromhex(v["contenuto"])).hexdigest() != v["impronta_contenuto"]:
            yield "il contenuto non corrisponde alla sua impronta"
        if anello(self.testa, v) != v["impronta"]:
            yield "l’anello della catena è spezzato"
        if self.istante is not None and v["istante_us"] < self.istante:
            yield "l’istante torna indietro"
        if v["istante"].rstrip("Z") != f"{quando:%Y-%m-%dT%H:%M:%S.%f}".rstrip("0").rstrip("."):
            yield "l’istante scritto per esteso è un altro"
        giusta = quando.astimezone(ROMA).year if self.registro["regola"] == "istante" else v["catena"]
        if v["serie"] != giusta or self.serie is not None and v["serie"] < self.serie:
            yield f"la serie {v['serie']} doveva essere {giusta}"
        numera = v["operazione"] == REGISTRAZIONE
        if v["numero"] != (atteso if numera else None):
            yield f"il numero doveva essere {atteso:07}" if numera else "non prende numero"
        yield from ["il contenuto non è in forma canonica"] if contenuto is None else self.dentro(v, contenuto)
        conservate = self.teste.pop(v["posizione"], None)
        if conservate == {v["impronta"]}:
            self.testa_buona = v["posizione"]
        elif conservate:
            yield (f"la testa conservata non corrisponde: la catena è stata riscritta dalla voce "
                   f"{self.testa_buona + 1} o da una successiva")

    def dentro(self, v, contenuto):
        """Salted hashes against clear values, and what this voce does to earlier ones."""
        riservati, su = del_tipo(dict, contenuto.get("riservati"), {}), del_tipo(int, contenuto.get("su"), None)
        for campo, impegno in riservati.items():
            c = v["chiaro"].get(campo)
            if c is None:
                self.mancanti.add((v["posizione"], campo))
            elif hashlib.sha256(bytes.fromhex(c["sale"]) + c["valore"].encode("utf-8")).hexdigest() != impegno:
                yield f"il campo «{campo}» è stato cambiato"
        for campo in sorted(v["chiaro"].keys() - riservati.keys()):
            yield f"il campo «{campo}» è stato aggiunto"
        if su is not None and not 1 <= su < v["posizione"]:
            yield "riguarda una voce che non la precede"
        if v["operazione"] in (OSCURAMENTO, SCARTO):
            self.oscurati |= {(su, campo) for campo in del_tipo(str, contenuto.get("campi"), "").split(",")}
        if v["operazione"] == SCARTO:
            self.scartate.add(su)
        if v["operazione"] == ANNULLAMENTO and "campi" not in contenuto:
            self.annullate.add(su)
        for impronta in documenti_citati(contenuto):
            self.citati.setdefault(impronta, v["posizione"])

    def confronta(self, v, contenuto):
        """The state of a registration is what its voce says, unless a later one about it says otherwise."""
        di = v["posizione"] if v["operazione"] == REGISTRAZIONE else del_tipo(int, contenuto.get("su"), None)
        riga = self.stato.get(di)
        if v["operazione"] == REGISTRAZIONE:
            self.registrate.add(di)
            self.diversi[di, "manca la registrazione"] = riga is None
        if riga and v["operazione"] in (REGISTRAZIONE, ANNULLAMENTO, RETTIFICA):
            if "oggetto" in riga and "oggetto" in del_tipo(dict, contenuto.get("riservati"), {}):
                scritto = v["chiaro"].get("oggetto", {"valore": riga["oggetto"]})  # what was erased cannot be compared
                self.diversi[di, "l’oggetto è un altro"] = riga["oggetto"] != scritto["valore"]
            if "impronta" in riga and "impronta" in contenuto:
                self.diversi[di, "l’impronta del documento è un’altra"] = riga["impronta"] != contenuto["impronta"]

    def fine(self, documenti):
        """What only the end of the chain can tell; `documenti` are those present, None when they need not be."""
        r = self.registro or {"posizione": 0, "ultimo": 0, "testa": self.testa.hex()}
        attesi = [self.numero, self.testa.hex()] + ([self.serie, self.istante] if self.posizione else [])
        if self.posizione < r["posizione"]:
            self.guasto(f"la voce manca: il contatore è alla {r['posizione']}", self.posizione + 1)
        elif self.posizione > r["posizione"]:
            self.guasto(f"il contatore è fermo alla voce {r['posizione']}", r["posizione"] + 1)
        elif attesi != [r[campo] for campo in ("ultimo", "testa", "serie", "istante_us")[:len(attesi)]]:
            self.guasto("il contatore non corrisponde alla sua ultima voce", self.posizione)
        for p in self.teste:
            self.guasto(f"la voce manca: c’è la testa conservata della {p}", min(p, self.posizione + 1))
        for p, campo in self.mancanti - self.oscurati:
            self.guasto(f"il campo «{campo}» manca senza oscuramento", p)
        for p, cosa in (d for d, diverso in self.diversi.items() if diverso):
            self.guasto(f"nello stato {cosa}", p, dello_stato=True)
        for p, riga in (self.stato or {}).items():
            if p not in self.registrate:
                self.guasto("lo stato ha una registrazione che il registro non ha", p, dello_stato=True)
            elif "annullata" in riga and riga["annullata"] != (p in self.annullate):
                cosa = "annullata solo nello stato" if riga["annullata"] else "annullata, ma non nello stato"
                self.guasto(cosa, p, dello_stato=True)
        for impronta, p in self.citati.items():
            if documenti is not None and impronta not in documenti and p not in self.scartate:
                self.guasto(f"manca il documento {impronta}", p)


def verifica(cartella, file_teste=None, con_documenti=False):
    """Walks every chain: a summary, and the first thing that does not hold in each."""
    file_di_stato = sorted((cartella / "stato").glob("*.jsonl"))
    documenti = sorted((cartella / "documenti").glob("*"))
    registri = {chiave(r): r for r in righe(cartella / "registri.jsonl")}
    enti = {chiave(r): r["ente"] for nome in ("voci", "registri") for r in righe(cartella / f"{nome}.jsonl")}
    teste, stato, voci = {}, {}, 0
    di_questo_ente = set(enti.values())
    for t in chain(righe(cartella / "teste.jsonl"), righe(file_teste) if file_teste else ()):
        if t["posizione"] > 0 and (t["ente"] in di_questo_ente or not di_questo_ente):
            enti.setdefault(chiave(t), t["ente"])
            teste.setdefault(chiave(t), {}).setdefault(t["posizione"], set()).add(t["impronta"].lower())
    for r in (r for f in file_di_stato for r in righe(f)):
        enti.setdefault(chiave(r), "")
        stato.setdefault(chiave(r), {})[r["posizione"]] = r

    catene = {k: Catena(f"{enti[k]} {k[0]}/{k[1]}", registri.get(k), teste.get(k, {}),
                        stato.get(k, {}) if file_di_stato else None) for k in sorted(enti)}
    for v in righe(cartella / "voci.jsonl"):
        catene[chiave(v)].voce(v)
        voci += 1
    presenti = {d.name for d in documenti} if con_documenti else None
    for c in catene.values():
        c.fine(presenti)
    guasti = [min(c.guasti)[-1] for c in catene.values() if c.guasti]
    guasti += [f"documento {d.name}: il contenuto è stato alterato" for d in documenti
               if hashlib.sha256(d.read_bytes()).hexdigest() != d.name]
    return f"{len(catene)} catene, {voci} voci, {len(documenti)} documenti", guasti


def main():
    opzioni = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    opzioni.add_argument("cartella", metavar="DIR", type=Path, help="l'esportazione")
    opzioni.add_argument("--teste", metavar="FILE", type=Path, help="teste conservate altrove, una per riga")
    opzioni.add_argument("--documenti", action="store_true", help="ogni documento citato deve esserci")
    o = opzioni.parse_args()
    try:
        if not (o.cartella / "registri.jsonl").exists() or o.teste and not o.teste.exists():
            raise ValueError("manca registri.jsonl o il file delle teste")
        somma, guasti = verifica(o.cartella, o.teste, o.documenti)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, struct.error, OSError) as e:
        print(f"L’esportazione non si può leggere: {e}", file=sys.stderr)
        return 2
    print("\n".join(f"✗ {g}" for g in guasti) if guasti else f"✓ {somma}: tutto torna.")
    return 1 if guasti else 0


if __name__ == "__main__":
    sys.exit(main())
