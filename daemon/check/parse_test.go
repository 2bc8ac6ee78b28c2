package check

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/conf"
)

// replyTo makes the answer that a host gives to a request.
func replyTo(request []byte, v4header bool) []byte {
	b := append([]byte(nil), request...)
	b[0] = map[byte]byte{8: 0, 128: 129}[b[0]]
	if v4header {
		b = append(append([]byte{0x46}, make([]byte, 23)...), b...)
	}
	return b
}

func TestEcho(t *testing.T) {
	l := &loop{}
	for _, family := range []int{unix.AF_INET, unix.AF_INET6} {
		for _, raw := range []bool{false, true} {
			a := addr("127.0.0.1")
			if family == unix.AF_INET6 {
				a = addr("::1")
			}
			c, e := &checker{target: targetOf(a, 0, 0)}, &echo{raw: raw, id: 0x1234, seq: 7}
			request := l.echoRequest(c, e)
			if family == unix.AF_INET && checksum(request) != 0 {
				t.Errorf("the checksum is %#x", binary.BigEndian.Uint16(request[2:]))
			}
			reply := replyTo(request, raw && family == unix.AF_INET)
			if !e.answeredBy(reply, family) {
				t.Errorf("family %d, raw %v: no answer", family, raw)
			}
			if e.answeredBy(request, family) {
				t.Errorf("family %d, raw %v: the request is an answer", family, raw)
			}
			for n := range len(reply) - 56 { // cut within the header
				if e.answeredBy(reply[:n], family) {
					t.Errorf("family %d, raw %v: %d bytes are an answer", family, raw, n)
				}
			}
			e.seq++
			if e.answeredBy(reply, family) {
				t.Errorf("family %d, raw %v: the last answer is one", family, raw)
			}
			e.seq--
			e.id++
			if e.answeredBy(reply, family) != !raw {
				t.Errorf("family %d, raw %v: another's answer", family, raw)
			}
		}
	}
}

func FuzzAnswers(f *testing.F) {
	l := &loop{}
	f.Add(replyTo(l.echoRequest(&checker{target: targetOf(addr("127.0.0.1"), 0, 0)}, &echo{}), true), true, []byte("re"))
	f.Add([]byte{0x4f}, false, []byte{})
	f.Fuzz(func(t *testing.T, b []byte, raw bool, want []byte) {
		e := &echo{raw: raw}
		for _, family := range []int{unix.AF_INET, unix.AF_INET6} {
			if e.answeredBy(b, family) && len(b) < 8 {
				t.Errorf("%x is an answer", b)
			}
		}
		p := &conf.UDPProbe{Reply: want, Mask: make([]byte, len(want)), MaxLen: 255}
		if v := judgeAnswer(p, b, len(b)); (v.reason == "") != (len(b) <= 255) {
			t.Errorf("%d bytes: %+v", len(b), v)
		}
	})
}

func TestReasons(t *testing.T) {
	for text, want := range map[string]string{"a\r\nb\x00": "a??b?", "\xff\xfe": "??", "gr\u00fcn": "gr\u00fcn"} {
		if got := oneLine(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	if n := len(oneLine(string(make([]byte, 5000)))); n != maxReason {
		t.Errorf("%d bytes", n)
	}
	for _, err := range []unix.Errno{unix.EMFILE, unix.ENOBUFS, unix.EADDRNOTAVAIL, unix.EPERM, unix.EINVAL, unix.ENODEV} {
		if text := serverReason(err); text != "" {
			t.Errorf("%v is held against the server: %s", err, text)
		}
	}
}
