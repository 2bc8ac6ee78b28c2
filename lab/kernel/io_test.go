package kernel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTailReadsWhatIsAppended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events")
	writer, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	reader, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	gone := make(chan struct{})
	follow, err := newTail(reader, path, gone)
	if err != nil {
		t.Fatal(err)
	}
	defer follow.close()
	for _, text := range []string{"one", "two", strings.Repeat("x", 3*punchStep)} {
		if _, err := writer.WriteString(text); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(text))
		if _, err := io.ReadFull(follow, got); err != nil || string(got) != text {
			t.Fatalf("%d bytes came back changed, error %v", len(text), err)
		}
	}
	if _, err := writer.WriteString("last"); err != nil {
		t.Fatal(err)
	}
	close(gone)
	if got, err := io.ReadAll(follow); err != nil || string(got) != "last" {
		t.Errorf("after the end: %q, error %v", got, err)
	}
	if follow.punched == 0 {
		t.Error("what was read keeps its blocks")
	}
}

func TestEventLogWaitsForItsReader(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	go io.Copy(io.Discard, reader)
	log := newEventLog(writer)
	log.sent = outputWindow + 1
	sent := make(chan error)
	go func() { sent <- log.emitOutput(frameStdout, []byte("late")) }()
	if err := log.emit(frameBeat, nil); err != nil { // frames that are no output go ahead
		t.Fatal(err)
	}
	select {
	case <-sent:
		t.Fatal("output went over the window")
	default:
	}
	log.setConsumed([]byte("damaged"))
	log.setConsumed(binary.LittleEndian.AppendUint64(nil, outputWindow))
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

func TestConsoleKeepsTheEnd(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := readConsole(reader)
	lines := strings.Repeat("noise\r\n\n", consoleKept) + "Kernel panic\n"
	if _, err := io.Copy(writer, strings.NewReader(lines)); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	got := c.text()
	if !strings.HasSuffix(got, "noise\nKernel panic") || len(got) > consoleKept || strings.Contains(got, "\n\n") {
		t.Errorf("kept %d bytes that end with %q", len(got), got[max(0, len(got)-40):])
	}
}

// guestSide takes the pieces of a spool as a guest does.
func guestSide(t *testing.T, dir string, s *spool, ready int64) (received []byte) {
	t.Helper()
	folder, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	in, over := newPieceInput(folder, ready), make(chan struct{})
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		s.feed(func(kind frameKind, payload []byte) error {
			in.arrived(frame{kind, payload}, nil)
			return nil
		}, over)
	}()
	for {
		piece, err := in.next(over)
		if err != nil {
			t.Fatal(err)
		}
		if len(piece) == 0 {
			break
		}
		received = append(received, piece...)
		s.taken()
	}
	close(over)
	<-fed
	return received
}

func TestSpoolPassesAll(t *testing.T) {
	for name, size := range map[string]int{"nothing": 0, "little": 5, "more than the window": (spoolWindow + 40) << 16} {
		t.Run(name, func(t *testing.T) {
			want := bytes.Repeat([]byte("0123456789"), size/10+1)[:size]
			dir := t.TempDir()
			s := newSpool(dir, bytes.NewReader(want))
			ready, err := s.ahead(time.Minute)
			if err != nil || ready == 0 {
				t.Fatalf("%d pieces ahead, error %v", ready, err)
			}
			if ready > spoolWindow {
				t.Errorf("%d pieces are ahead, the window is %d", ready, spoolWindow)
			}
			if got := guestSide(t, dir, s, ready); !bytes.Equal(got, want) {
				t.Errorf("got %d bytes, want %d", len(got), len(want))
			}
		})
	}
}

func TestSpoolWithoutInputHasItsEnd(t *testing.T) {
	dir := t.TempDir()
	s := newSpool(dir, nil)
	ready, err := s.ahead(time.Minute)
	if err != nil || ready != 1 {
		t.Fatalf("%d pieces, error %v", ready, err)
	}
	if got := guestSide(t, dir, s, ready); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}

func TestSpoolSaysThatItCannotWrite(t *testing.T) {
	s := newSpool(filepath.Join(t.TempDir(), "nosuch"), strings.NewReader("input"))
	if _, err := s.ahead(time.Minute); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	s.close()
}

func TestSpoolDoesNotWaitForSlowInput(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	defer writer.Close()
	s := newSpool(t.TempDir(), reader)
	if ready, err := s.ahead(time.Nanosecond); ready != 0 || err != nil {
		t.Errorf("%d pieces, error %v", ready, err)
	}
	s.close() // ends the reader though the pipe stays open
}

func TestInputEndsWithItsReader(t *testing.T) {
	done := make(chan struct{})
	close(done)
	for name, in := range map[string]input{"frames": make(frameInput), "pieces": newPieceInput(nil, 0)} {
		if piece, err := in.next(done); piece != nil || err != nil {
			t.Errorf("%s: %q, error %v", name, piece, err)
		}
		in.arrived(frame{frameStdin, []byte("too late")}, done)
	}
}

func TestMemoryFolder(t *testing.T) {
	if why := unfit(t.TempDir(), 1<<20); why != "" {
		t.Errorf("a temporary folder cannot hold a megabyte: %s", why)
	}
	if why := unfit("/dev/shm", 1<<60); !strings.Contains(why, "MiB free") {
		t.Errorf("too much for any folder: %q", why)
	}
	if why := unfit("/proc", 0); why == "" {
		t.Error("/proc holds a guest's memory")
	}
	if why := unfit("/no/such/folder", 1); why == "" {
		t.Error("a folder that is not there holds a guest's memory")
	}
	_, err := memoryFolder(1 << 60)
	if !errors.Is(err, ErrEnvironment) || !strings.Contains(err.Error(), "/dev/shm: ") || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("error %v", err)
	}
}

func TestRemember(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	kernel := filepath.Join(t.TempDir(), "linux")
	if err := os.WriteFile(kernel, []byte("kernel"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, ok := remembered(kernel); ok {
		t.Error("it remembers what it never saw")
	}
	remember(kernel, findings{Release: "6.1", Features: []Feature{FeatureIPVS}})
	if got, ok := remembered(kernel); !ok || got.Release != "6.1" || len(got.Features) != 1 {
		t.Errorf("got %v, %t", got, ok)
	}
	if err := os.WriteFile(kernel, []byte("another kernel"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got, ok := remembered(kernel); ok {
		t.Errorf("another file under the same name is taken for %v", got)
	}
	remember("", findings{})
	if _, ok := remembered(""); ok {
		t.Error("it remembers the host's kernel")
	}
}
