package checkd

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/ipvs"
)

func TestLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.ipvs")
	l, err := openLedger(path, "here")
	if err != nil || len(l.keys) != 0 {
		t.Fatalf("%+v, %v", l, err)
	}
	keys := []ipvs.Key{key("10.0.0.1:80"), key("[2001:db8::1]:443"), {Family: conf.IPv6, Mark: 7}, {Family: conf.IPv4, Mark: 7}}
	if err := l.write(keys); err != nil {
		t.Fatal(err)
	}
	next, err := openLedger(path, "here")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if !next.has(k) || !l.has(k) {
			t.Errorf("%v is not remembered", k)
		}
	}
	if elsewhere, err := openLedger(path, "another kernel"); err != nil || len(elsewhere.keys) != 0 {
		t.Errorf("what is about another kernel counts: %v, %v", elsewhere.keys, err)
	}
	if err := l.write(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("an empty ledger is there: %v", err)
	}
	if err := (&ledger{path: filepath.Join(path, "x"), stamp: "s"}).write(keys); err == nil {
		t.Error("a ledger that cannot be written is no error")
	}
	if err := (&ledger{}).write(keys); err != nil {
		t.Errorf("without a path: %v", err)
	}
}

// FuzzLedger reads any text, and what it understood of it again.
func FuzzLedger(f *testing.F) {
	f.Add("s\n6 10.0.0.1:80\nfwmark 5 inet\nfwmark 6 inet6\n17 [::1]:53\n")
	f.Add("s\n6 10.0.0.1:80 x\nfwmark 0 inet\n256 10.0.0.1:80\n\n")
	f.Add("other\n6 10.0.0.1:80\n")
	f.Fuzz(func(t *testing.T, text string) {
		keys := parseLedger(text, "s")
		again := "s\n"
		for k := range keys {
			again += formatKey(k) + "\n"
		}
		if got := parseLedger(again, "s"); !maps.Equal(got, keys) {
			t.Errorf("%v, then %v", keys, got)
		}
	})
}
