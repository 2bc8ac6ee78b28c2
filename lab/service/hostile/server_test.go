package hostile

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/viplab/viplab/lab/topology"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// log is what a server tells.
type log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *log) told(t *testing.T) []Told {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Told
	for d := json.NewDecoder(bytes.NewReader(l.buf.Bytes())); d.More(); {
		var one Told
		if err := d.Decode(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// start starts a server on a free port, and ends it with the test.
func start(t *testing.T, spec topology.Hostile) (*Server, *log) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	spec.Listen = free(t, spec.Speaks)
	if spec.Body == "" {
		spec.Body = topology.DefaultHostileBody
	}
	out := &log{}
	s, wait, err := Open(ctx, spec, out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); wait() })
	return s, out
}

// free finds an address that nobody listens on: the door comes and goes, so that
// the kernel's choice would not last.
func free(t *testing.T, speaks string) string {
	t.Helper()
	if speaks == "udp" || speaks == "dns" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.LocalAddr().String()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// behave has a server behave so. A kernel without filters of sockets cannot have
// it drop packets.
func behave(t *testing.T, s *Server, m topology.Manner) {
	t.Helper()
	err := s.Behave(t.Context(), m)
	if m.Do == topology.Drop && errors.Is(err, syscall.EOPNOTSUPP) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// patience is how long a client waits for what does not come.
const patience = 60 * time.Millisecond

// ask says something to the server, and returns all that comes back until the
// connection ends, or the client's patience.
func ask(s *Server, text string) (string, error) {
	c, err := net.DialTimeout("tcp", s.spec.Listen, patience)
	if err != nil {
		return "", err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, text); err != nil {
		return "", err
	}
	got, err := io.ReadAll(io.LimitReader(c, 4<<10))
	return string(got), err
}

func TestMannersOfAWebServer(t *testing.T) {
	const get = "GET /b HTTP/1.0\r\n\r\n"
	whole := "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 6\r\n\r\npage b"
	for _, tc := range []struct {
		manner topology.Manner
		want   string // what the answer begins with
		err    error
		size   int // of the answer, where it is not as long as want
	}{
		{topology.Manner{}, whole, nil, 0},
		{topology.Manner{Do: "status", Status: 503}, "HTTP/1.1 503 Service Unavailable\r\n", nil, 106},
		{topology.Manner{Do: "body", Body: "sorry"}, strings.Replace(whole, "6\r\n\r\npage b", "5\r\n\r\nsorry", 1), nil, 0},
		{topology.Manner{Do: "body", Body: "sorry", On: "/a"}, whole, nil, 0},
		{topology.Manner{Do: "status", Status: 404, On: "/b"}, "HTTP/1.1 404 Not Found\r\n", nil, 96},
		{topology.Manner{Do: "refuse"}, "", syscall.ECONNREFUSED, 0},
		{topology.Manner{Do: "drop"}, "", errTimeout, 0},
		{topology.Manner{Do: "silent"}, "", errTimeout, 0},
		{topology.Manner{Do: "vanish"}, "", errTimeout, 0},
		{topology.Manner{Do: "hang-up", On: "/b"}, "", nil, 0},
		{topology.Manner{Do: "reset"}, "", syscall.ECONNRESET, 0},
		{topology.Manner{Do: "reset-late"}, "", syscall.ECONNRESET, 0},
		{topology.Manner{Do: "cut"}, whole[:len(whole)-3], nil, 0},
		{topology.Manner{Do: "garbage"}, string(garbage()), nil, 0},
		{topology.Manner{Do: "slow", Delay: 20 * time.Millisecond}, whole, nil, 0},
		{topology.Manner{Do: "slow", Delay: time.Minute}, "", errTimeout, 0},
		{topology.Manner{Do: "drip", Delay: time.Microsecond}, whole, nil, 0},
		{topology.Manner{Do: "drip", Delay: 40 * time.Millisecond}, "H", errTimeout, 1},
		{topology.Manner{Do: "endless", Delay: time.Microsecond}, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nxxxx", nil, 4 << 10},
		{topology.Manner{Do: "gigantic", Delay: time.Microsecond}, "HTTP/1.1 200 OK\r\nX-Header: y\r\nX-", nil, 4 << 10},
	} {
		t.Run(tc.manner.String()+tc.manner.On, func(t *testing.T) {
			t.Parallel()
			s, _ := start(t, topology.Hostile{Speaks: "http", Pages: map[string]string{"/b": "page b"}})
			behave(t, s, tc.manner)
			got, err := ask(s, get)
			if tc.manner.Do == topology.Gigantic {
				got = strings.ReplaceAll(got, "y\nX-", "y\r\nX-")
				got = got[:min(len(got), 4<<10)]
			}
			if !is(err, tc.err) {
				t.Errorf("error is %v, want %v", err, tc.err)
			}
			if tc.size == 0 {
				tc.size = len(tc.want)
			}
			if !strings.HasPrefix(got, tc.want) || len(got) != tc.size {
				t.Errorf("got %d bytes: %.200q", len(got), got)
			}
		})
	}
}

var errTimeout = errors.New("timeout")

func is(err, want error) bool {
	if want == errTimeout {
		var n net.Error
		return errors.As(err, &n) && n.Timeout()
	}
	return errors.Is(err, want)
}

func TestDoorOpensAgain(t *testing.T) {
	for _, shut := range []string{"refuse", "drop"} {
		t.Run(shut, func(t *testing.T) { testDoor(t, shut) })
	}
}

func testDoor(t *testing.T, shut string) {
	s, out := start(t, topology.Hostile{Speaks: "http"})
	behave(t, s, topology.Manner{Do: shut})
	if got, err := ask(s, "GET / HTTP/1.0\r\n\r\n"); err == nil {
		t.Errorf("%s: got %q", shut, got)
	}
	if err := s.Behave(t.Context(), topology.Manner{}); err != nil {
		t.Fatal(err)
	}
	if got, err := ask(s, "GET / HTTP/1.0\r\n\r\n"); err != nil || !strings.HasSuffix(got, "\r\n\r\nok") {
		t.Errorf("after %s: got %q, %v", shut, got, err)
	}
	told := out.told(t)
	if len(told) != 4 || told[1].Manner == nil || told[1].Manner.Do != shut || told[2].Manner.Do != "serve" ||
		told[3].Visit == nil || told[3].Visit.Asked != "GET / HTTP/1.0 host " || told[3].Visit.Manner != "serve" {
		t.Errorf("told %+v", told)
	}
}

func TestFlap(t *testing.T) {
	s, out := start(t, topology.Hostile{Speaks: "tcp"})
	begun := time.Now()
	if err := s.Behave(t.Context(), topology.Manner{Do: "refuse", Flap: []time.Duration{30 * time.Millisecond, 20 * time.Millisecond}}); err != nil {
		t.Fatal(err)
	}
	for len(out.told(t)) < 5 {
		time.Sleep(time.Millisecond)
	}
	if took := time.Since(begun); took < 80*time.Millisecond {
		t.Errorf("three intervals passed in %s", took)
	}
	if err := s.Behave(t.Context(), topology.Manner{Do: "silent"}); err != nil {
		t.Fatal(err)
	}
	told := out.told(t)
	var did []string
	for _, one := range told {
		did = append(did, one.Manner.Do)
	}
	if got := strings.Join(did[:5], " "); got != "serve serve refuse serve refuse" || did[len(did)-1] != "silent" {
		t.Errorf("behaved %v", did)
	}
	time.Sleep(60 * time.Millisecond)
	if after := out.told(t); len(after) != len(told) {
		t.Errorf("it flaps on: %+v", after[len(told):])
	}
}

func TestTLS(t *testing.T) {
	s, _ := start(t, topology.Hostile{Speaks: "https"})
	dialer := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	c, err := dialer.DialContext(t.Context(), "tcp", s.spec.Listen)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
	if got, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(got), "\r\n\r\nok") {
		t.Errorf("got %q, %v", got, err)
	}
	if err := s.Behave(t.Context(), topology.Manner{Do: "garbage"}); err != nil {
		t.Fatal(err)
	}
	if c, err := dialer.DialContext(t.Context(), "tcp", s.spec.Listen); err == nil {
		c.Close()
		t.Error("shook hands with garbage")
	}
}

func TestMail(t *testing.T) {
	for _, tc := range []struct {
		manner topology.Manner
		want   string
	}{
		{topology.Manner{}, "220 localhost ESMTP\r\n250 localhost\r\n221 localhost bye\r\n"},
		{topology.Manner{Do: "status", Status: 421}, "421 localhost ESMTP\r\n250 localhost\r\n221 localhost bye\r\n"},
		{topology.Manner{Do: "status", Status: 501, On: "HELO"}, "220 localhost ESMTP\r\n501 localhost\r\n221 localhost bye\r\n"},
		{topology.Manner{Do: "hang-up", On: "HELO"}, "220 localhost ESMTP\r\n"},
		{topology.Manner{Do: "garbage"}, string(garbage())},
	} {
		s, out := start(t, topology.Hostile{Speaks: "smtp"})
		if err := s.Behave(t.Context(), tc.manner); err != nil {
			t.Fatal(err)
		}
		// A server that hangs up with commands unread resets the connection.
		if got, err := ask(s, "helo me\r\nQUIT\r\n"); got != tc.want || err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: got %q, %v", tc.manner, got, err)
		}
		if told := out.told(t); tc.manner.Do == "" && (len(told) != 5 || told[3].Visit.Asked != "helo me") {
			t.Errorf("told %+v", told)
		}
	}
}

func exchange(s *Server, asked []byte) ([]byte, error) {
	c, err := net.Dial("udp", s.spec.Listen)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write(asked); err != nil {
		return nil, err
	}
	buf := make([]byte, 1024)
	n, err := c.Read(buf)
	return buf[:n], err
}

func TestDatagrams(t *testing.T) {
	for _, tc := range []struct {
		manner topology.Manner
		want   string
		err    error
	}{
		{topology.Manner{}, "pong", nil},
		{topology.Manner{Do: "body", Body: "no"}, "no", nil},
		{topology.Manner{Do: "garbage"}, string(garbage()), nil},
		{topology.Manner{Do: "slow", Delay: time.Millisecond}, "pong", nil},
		{topology.Manner{Do: "slow", Delay: time.Minute}, "", errTimeout},
		{topology.Manner{Do: "silent"}, "", errTimeout},
		{topology.Manner{Do: "drop"}, "", errTimeout},
		{topology.Manner{Do: "refuse"}, "", syscall.ECONNREFUSED},
	} {
		t.Run(tc.manner.String(), func(t *testing.T) {
			t.Parallel()
			s, out := start(t, topology.Hostile{Speaks: "udp", Body: "pong"})
			behave(t, s, tc.manner)
			if got, err := exchange(s, []byte("ping")); string(got) != tc.want || !is(err, tc.err) {
				t.Errorf("got %q, %v", got, err)
			}
			told := out.told(t)
			if last := told[len(told)-1].Visit; (tc.err == nil || tc.manner.Do == "silent") && (last == nil || last.Asked != "ping") {
				t.Errorf("told %+v", told)
			}
		})
	}
}

func query(t *testing.T, name string) []byte {
	t.Helper()
	q := dnsmessage.Message{Header: dnsmessage.Header{ID: 7}, Questions: []dnsmessage.Question{{
		Name: dnsmessage.MustNewName(name), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET,
	}}}
	b, err := q.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDNS(t *testing.T) {
	for _, tc := range []struct {
		manner  topology.Manner
		id      uint16
		rcode   dnsmessage.RCode
		answers int
	}{
		{topology.Manner{}, 7, 0, 1},
		{topology.Manner{Do: "status", Status: 2}, 7, dnsmessage.RCodeServerFailure, 0},
		{topology.Manner{Do: "status", Status: 2, On: "other.example.org"}, 7, 0, 1},
		{topology.Manner{Do: "mistaken"}, 8, 0, 1},
	} {
		s, out := start(t, topology.Hostile{Speaks: "dns"})
		if err := s.Behave(t.Context(), tc.manner); err != nil {
			t.Fatal(err)
		}
		got, err := exchange(s, query(t, "www.example.org."))
		if err != nil {
			t.Fatal(err)
		}
		var m dnsmessage.Message
		if err := m.Unpack(got); err != nil || m.ID != tc.id || m.RCode != tc.rcode || len(m.Answers) != tc.answers || !m.Response {
			t.Errorf("%s: got %+v, %v", tc.manner, m, err)
		}
		if told := out.told(t); told[len(told)-1].Visit.Asked != "A www.example.org." {
			t.Errorf("told %+v", told)
		}
	}
}

func FuzzResolve(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0, 1})
	f.Fuzz(func(t *testing.T, asked []byte) {
		_, answer, _ := resolve(asked, func(string) topology.Manner { return topology.Manner{Do: topology.Serve} })
		if answer != nil && len(answer) < 12 {
			t.Errorf("an answer of %d bytes has no header", len(answer))
		}
	})
}

func TestOrders(t *testing.T) {
	s, out := start(t, topology.Hostile{Speaks: "tcp"})
	ctx, cancel := context.WithCancel(t.Context())
	socket := filepath.Join(t.TempDir(), "sub", "x.sock")
	heard, err := s.listen(ctx, socket)
	if err != nil {
		t.Fatal(err)
	}
	defer heard()
	defer cancel()
	if err := Ask(socket, topology.Manner{Do: "refuse"}); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(s, ""); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("not refused: %v", err)
	}
	// Somebody else has taken the port meanwhile.
	l, err := net.Listen("tcp", s.spec.Listen)
	if err != nil {
		t.Fatal(err)
	}
	if err := Ask(socket, topology.Manner{Do: "serve"}); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("error is %v", err)
	}
	l.Close()
	if told := out.told(t); len(told) != 2 {
		t.Errorf("told %+v", told)
	}
	if err := Ask(filepath.Join(t.TempDir(), "none"), topology.Manner{}); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("error is %v", err)
	}
}

func TestOpenOfNoProtocol(t *testing.T) {
	if _, _, err := Open(t.Context(), topology.Hostile{Speaks: "gopher"}, io.Discard); err == nil {
		t.Error("no error")
	}
}
