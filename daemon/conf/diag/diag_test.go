package diag

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files and docs/diagnostics.md anew")

// golden compares got with a file, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func testdata(name string) string { return filepath.Join("testdata", name) }

// at finds the first place of part in a file of sampleFiles.
func at(file, part string) Span {
	for i, line := range strings.Split(sampleFiles[file], "\n") {
		if column := strings.Index(line, part); column >= 0 {
			return Span{Pos{file, int32(i + 1), int32(column + 1)}, int32(len(part))}
		}
	}
	panic("no " + part + " in " + file)
}

var sampleFiles = map[string]string{
	"keepalived.conf": `global_defs {
	router_id "lb1
}
vrrp_instance VI_1 {
    advert_itn 1
	priority	high	# tabs
    description 负载均衡 主机 bad` + "\r" + `
    auth_pass ` + "\x1b[2J\x1b]0;owned\x07" + `
    interface eth0` + "\u00a0\u202e\xff" + ` x
    track_script { chk }
}
notify "` + strings.Repeat("long and longer ", 30) + `" HERE "` + strings.Repeat(" and so on", 40) + `"`,
	"/etc/keepalived/vars.conf": "# names\n\n$ITN=advert_itn\n",
	"evil\x1b[31m\n.conf":       "x\n",
	"large.conf":                strings.Repeat("\n", 123456) + "priority 256",
}

func sampleSource() Source {
	return Lines(func(file string) (string, bool) {
		text, ok := sampleFiles[file]
		return text, ok
	})
}

// sample is one diagnostic for each way of being shown.
func sample() List {
	conf := "keepalived.conf"
	var c Collector
	c.Error(UnknownKeyword, at(conf, "advert_itn"), "unknown keyword %q in vrrp_instance", "advert_itn").
		Help("did you mean %q?", "advert_int").
		Note(at("/etc/keepalived/vars.conf", "$ITN").Pos, "expanded from here")
	c.Error(UnclosedQuote, at(conf, `"lb1`), "quote is not closed on its line").Help("add a quote at the end")
	c.Error(BadNumber, at(conf, "high"), "priority: %q is not a number", "high")
	c.Warning(BadText, at(conf, "bad"), "wide characters before it").Note(at(conf, "advert").Pos, "here").Note(Pos{}, "and nowhere")
	c.Warning(BadText, at(conf, "载均"), "wide characters under it")
	c.Fatal(BadByte, at(conf, "\x1b[2J"), "text with \x1b[2J and \U000e0001 in it\nand a line end").Help("not\tthis \x9b")
	c.Warning(BadByte, at(conf, "\u00a0\u202e\xff"), "invisible characters")
	c.Insecure(InsecureScript, at(conf, "HERE"), "in the middle of a long line").Help("look here")
	c.Error(TooLong, at(conf, `"long`), "at the beginning of a long line")
	c.Error(TooLong, at(conf, strings.Repeat("long and longer ", 30)), "long marks").Help("on a line of its own")
	end := at(conf, "track_script { chk }")
	end.Column += end.Width
	end.Width = 0
	c.Error(Unbalanced, end, "at the end of a line").Help("help at the end")
	end.Column += 1000
	end.Width = 1000
	c.Error(Unbalanced, end, "far behind the end of a line")
	c.Warning(EmptyBlock, Span{Pos: Pos{conf, 10, 0}}, "a line without column").Help("no caret")
	c.Warning(EmptyBlock, Span{Pos{conf, 9999, 1}, 2}, "a line that is not there").Help("no line")
	c.Fatal(UnreadableFile, Span{Pos: Pos{File: "none.conf"}}, "a file without line")
	c.Error("", Span{Pos: Pos{Line: 3, Column: 4}}, "no file, no code")
	c.Fatal(EmptyConfig, Span{}, "no place")
	c.Warning(BadText, at("evil\x1b[31m\n.conf", "x"), "a file name with controls")
	c.Error(OutOfRange, at("large.conf", "256"), "a large line number").Help("1 to 255")
	c.Warning(BadText, at(conf, "eth0"), "long help").Help("%s", strings.TrimSpace(strings.Repeat("so much help ", 10)))
	return c.List()
}
