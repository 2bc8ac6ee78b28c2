package child

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"
)

func wires(t *testing.T) (a, b *wire) {
	t.Helper()
	x, y, err := socketpair()
	if err != nil {
		t.Fatal(err)
	}
	if a, err = newWire(x); err != nil {
		t.Fatal(err)
	}
	if b, err = newWire(y); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.conn.Close(); b.conn.Close() })
	return a, b
}

// TestFiles: a file comes with its message and no other.
func TestFiles(t *testing.T) {
	a, b := wires(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for id := range uint64(3) {
		var file *os.File
		if id == 1 {
			file = w
		}
		if err := a.send(&message{ID: id, Body: json.RawMessage(`"x"`)}, file, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	for id := range uint64(3) {
		m, file, err := b.receive()
		if err != nil || m.ID != id || (file != nil) != (id == 1) {
			t.Fatalf("%d: %+v, file %v, %v", id, m, file, err)
		}
		if file != nil {
			_, err := file.Write([]byte("through"))
			file.Close()
			buf := make([]byte, 10)
			n, _ := r.Read(buf)
			if err != nil || string(buf[:n]) != "through" {
				t.Errorf("%q, %v", buf[:n], err)
			}
		}
	}
}

// TestLarge: a message has no need to fit into the socket.
func TestLarge(t *testing.T) {
	a, b := wires(t)
	body, err := json.Marshal(bytes.Repeat([]byte("x"), 4<<20))
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error)
	go func() { sent <- a.send(&message{ID: 5, Body: body}, nil, time.Time{}) }()
	m, _, err := b.receive()
	if err != nil || m.ID != 5 || !bytes.Equal(m.Body, body) {
		t.Errorf("%d bytes, %v", len(m.Body), err)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if err := a.send(&message{Body: append(bytes.Repeat([]byte(" "), maxMessage), '1')}, nil, time.Time{}); err != nil {
		t.Error("what JSON leaves out counts:", err)
	}
	text, _ := json.Marshal(string(bytes.Repeat([]byte("x"), maxMessage)))
	if err := a.send(&message{Body: text}, nil, time.Time{}); !errors.Is(err, ErrMessage) {
		t.Error(err)
	}
}

// TestSendEnds: who does not read holds nobody up.
func TestSendEnds(t *testing.T) {
	a, b := wires(t)
	text, _ := json.Marshal(string(bytes.Repeat([]byte("x"), 1<<20)))
	if err := a.send(&message{Body: text}, nil, time.Now().Add(10*time.Millisecond)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("send: %v", err)
	}
	if _, _, err := b.receive(); !hangup(err) {
		t.Errorf("receive: %v", err)
	}
}

func FuzzMessage(f *testing.F) {
	for _, text := range []string{`{"id":1,"method":"reload"}`, `{"id":1,"cancel":true}`, `{"id":1,"body":{},"error":"x","kind":"config"}`, `null`, ``} {
		f.Add(binary.BigEndian.AppendUint32(nil, uint32(len(text))), []byte(text))
	}
	f.Add([]byte{0xff, 0xff, 0xff, 0xff}, []byte("x"))
	f.Add([]byte{0x01, 0, 0, 0}, []byte("x"))
	f.Fuzz(func(t *testing.T, head, text []byte) {
		if len(head) != 4 {
			return
		}
		m, err := readBody([4]byte(head), bytes.NewReader(text))
		if err != nil {
			return
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		back, err := readBody([4]byte(binary.BigEndian.AppendUint32(nil, uint32(len(again)))), bytes.NewReader(again))
		if err != nil || back.ID != m.ID || back.Method != m.Method || back.Cancel != m.Cancel || back.Error != m.Error || back.Kind != m.Kind {
			t.Errorf("%+v became %+v, %v", m, back, err)
		}
	})
}
