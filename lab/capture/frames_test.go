package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket/pcapgo"
	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/lab/capture/nstest"
	"github.com/viplab/viplab/lab/timeline"
)

// testLAN is two nodes on a bridge with a capture on both ports.
type testLAN struct {
	*nstest.Net
	frames *Frames
	rec    *timeline.Recorder
	eye    int // a packet socket that sees what the capture has seen before
}

// lan makes the network. The kernel hands a frame to the packet socket opened
// last first, so that the eye must be there before the capture.
func lan(t testing.TB, pcap io.Writer) *testLAN {
	t.Helper()
	n := &testLAN{Net: nstest.New(t, "a", "b"), rec: nstest.Recorder()}
	nstest.In(t, n.Switch, func() (err error) {
		if n.eye, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(htons(unix.ETH_P_ALL))); err != nil {
			return err
		}
		return setReceiveBuffer(n.eye, 8<<20)
	})
	t.Cleanup(func() { unix.Close(n.eye) })
	var err error
	if n.frames, err = OpenFrames(n.Switch, n.rec, pcap); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.frames.Close() })
	for _, name := range []string{"a", "b"} {
		if err := n.frames.AddPort(Port{Index: n.Nodes[name].Port, Node: name, Interface: "eth0", Network: "lan"}); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// send sends frames to everybody out of a node's eth0, and returns when each
// has come in at one port and gone out at the other: a soft interrupt may do
// that later.
func (n *testLAN) send(t testing.TB, node string, frames ...[]byte) {
	t.Helper()
	nstest.In(t, n.Nodes[node].NS, func() error {
		ifi, err := net.InterfaceByName("eth0")
		if err != nil {
			return err
		}
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		for _, f := range frames {
			if err := unix.Sendto(fd, f, 0, &unix.SockaddrLinklayer{Ifindex: ifi.Index}); err != nil {
				return err
			}
		}
		return nil
	})
	ports := map[int]bool{n.Nodes["a"].Port: true, n.Nodes["b"].Port: true}
	buf := make([]byte, 2048)
	for passed := 0; passed < 2*len(frames); {
		_, from, err := unix.Recvfrom(n.eye, buf, 0)
		if err != nil && !errors.Is(err, unix.EINTR) {
			t.Fatal(err)
		}
		if sa, ok := from.(*unix.SockaddrLinklayer); ok && ports[sa.Ifindex] {
			passed++
		}
	}
}

func framesOf(rec *timeline.Recorder) []string {
	var got []string
	for _, e := range rec.Events() {
		if e.Kind == timeline.KindFrame {
			got = append(got, e.Node+" "+e.Frame.Network+" "+e.Frame.Port+" "+e.Frame.Proto+" "+e.Frame.Src)
		}
	}
	return got
}

const arpFromA = "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000201"
const vrrpFromB = "01005e000012 020000000002 0800 45c0 0028 0000 4000 ff 70 d890 c0000202 e0000012" +
	"2121 6401 0101 339d ac100f63 61316232 63336434"

func TestFramesAttribution(t *testing.T) {
	n := lan(t, nil)
	f, rec := n.frames, n.rec
	before := rec.Now()
	n.send(t, "a", unhex(t, arpFromA))
	n.send(t, "b", unhex(t, vrrpFromB))
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	after := rec.Now()
	want := []string{"a lan eth0 arp 02:00:00:00:00:01", "b lan eth0 vrrp 02:00:00:00:00:02"}
	if diff := cmp.Diff(want, framesOf(rec)); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	last := before
	for _, e := range rec.Events() {
		if e.At < last || e.At > after {
			t.Errorf("event %d at %v, outside %v .. %v", e.Seq, e.At, last, after)
		}
		last = e.At
	}
}

func TestFramesOfRemovedPort(t *testing.T) {
	n := lan(t, nil)
	f, rec := n.frames, n.rec
	a := n.Nodes["a"]
	n.send(t, "a", unhex(t, arpFromA))
	if err := f.RemovePort(a.Port); err != nil {
		t.Fatal(err)
	}
	n.send(t, "a", unhex(t, arpFromA)) // of no known port
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	if err := f.AddPort(Port{Index: a.Port, Node: "c", Interface: "eth1", Network: "lan"}); err != nil {
		t.Fatal(err)
	}
	n.send(t, "a", unhex(t, arpFromA))
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	want := []string{"a lan eth0 arp 02:00:00:00:00:01", "c lan eth1 arp 02:00:00:00:00:01"}
	if diff := cmp.Diff(want, framesOf(rec)); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
}

// More frames than a batch holds, all of them before Sync returns.
func TestFramesSyncDrains(t *testing.T) {
	n := lan(t, nil)
	f, rec := n.frames, n.rec
	const count = 5*batchSize + 7
	burst := make([][]byte, count)
	for i := range burst {
		burst[i] = unhex(t, vrrpFromB)
		burst[i] = append(burst[i], make([]byte, i)...) // tells them apart
	}
	f.pump.mu.Lock() // a reader that is kept from reading falls behind
	n.send(t, "b", burst...)
	f.pump.mu.Unlock()
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	var lengths []int
	for _, e := range rec.Events() {
		lengths = append(lengths, e.Frame.Length-len(burst[0]))
	}
	if len(lengths) != count {
		t.Fatalf("%d frames, want %d", len(lengths), count)
	}
	for i, extra := range lengths {
		if extra != i {
			t.Fatalf("frame %d is number %d", i, extra)
		}
	}
}

// The kernel takes the tag out of a frame that comes in; it must be put back.
func TestFramesVLANTag(t *testing.T) {
	var file bytes.Buffer
	n := lan(t, &file)
	f, rec := n.frames, n.rec
	tagged := strings.Replace(arpFromA, "0806", "8100 6005 0806", 1)
	n.send(t, "a", unhex(t, tagged))
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("a:eth0@lan in "+blanks(tagged), readBlocks(t, file.Bytes())[0]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	e := rec.Events()[0].Frame
	if e.Proto != "arp" || e.ARP == nil || e.Length != len(unhex(t, tagged)) {
		t.Errorf("recorded %+v", e)
	}
}

func TestFramesSummary(t *testing.T) {
	n := lan(t, nil)
	f, rec := n.frames, n.rec
	n.send(t, "a", unhex(t, arpFromA))
	for range 2 { // the second Close does nothing
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var logs []string
	for _, e := range rec.Events() {
		if e.Kind == timeline.KindLog {
			logs = append(logs, e.Log.Severity+" "+e.Log.Text)
		}
	}
	// The frame is seen twice: as it entered at a's port and as it left at b's.
	if diff := cmp.Diff([]string{"info 2 frames captured, 0 missed"}, logs); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A full socket must be told of, never passed over.
func TestFramesMissed(t *testing.T) {
	n := lan(t, nil)
	f, rec := n.frames, n.rec
	f.pump.mu.Lock() // holds the reader back
	if err := f.pump.raw.Control(func(fd uintptr) {
		if err := errors.Join(unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 1)); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	burst := make([][]byte, 100)
	for i := range burst {
		burst[i] = unhex(t, vrrpFromB)
	}
	n.send(t, "b", burst...)
	f.pump.mu.Unlock()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	last := rec.Events()[len(rec.Events())-1]
	if last.Kind != timeline.KindLog || last.Log.Severity != "warning" || strings.HasSuffix(last.Log.Text, " 0 missed") {
		t.Errorf("last event: %+v", last.Log)
	}
}

func TestFramesFile(t *testing.T) {
	var file bytes.Buffer
	n := lan(t, &file)
	f := n.frames
	n.send(t, "a", unhex(t, arpFromA))
	f.Note("fault stop a begins")
	n.send(t, "b", unhex(t, vrrpFromB))
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	// No Close: what Sync has passed must be readable by whoever follows.
	want := []string{
		"a:eth0@lan in " + blanks(arpFromA), "b:eth0@lan out " + blanks(arpFromA),
		"note fault stop a begins",
		"b:eth0@lan in " + blanks(vrrpFromB), "a:eth0@lan out " + blanks(vrrpFromB),
	}
	if diff := cmp.Diff(want, readBlocks(t, file.Bytes())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	r, err := pcapgo.NewNgReader(bytes.NewReader(file.Bytes()), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	packets := 0
	for {
		_, ci, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		packets++
		if d := time.Since(ci.Timestamp); d < 0 || d > time.Hour {
			t.Errorf("packet %d is of %v", packets, ci.Timestamp)
		}
	}
	if packets != 4 {
		t.Errorf("another reader finds %d packets, want 4", packets)
	}
}

func blanks(s string) string { return strings.ReplaceAll(s, " ", "") }

// readBlocks reads a pcapng file the way the standard writes it, apart from
// the code under test.
func readBlocks(t *testing.T, b []byte) []string {
	t.Helper()
	le := binary.LittleEndian
	var names, out []string
	for len(b) > 0 {
		kind, size := le.Uint32(b), le.Uint32(b[4:])
		if size%4 != 0 || int(size) > len(b) || le.Uint32(b[size-4:]) != size {
			t.Fatalf("block of type %#x has size %d, %d bytes left", kind, size, len(b))
		}
		body := b[8 : size-4]
		switch kind {
		case 1: // interface: the name is its first option
			names = append(names, string(body[12:12+le.Uint16(body[10:])]))
		case 6:
			captured := le.Uint32(body[12:])
			options := body[20+(captured+3)/4*4:]
			if le.Uint16(options) != 2 || le.Uint16(options[2:]) != 4 {
				t.Fatalf("packet's first option is % x", options)
			}
			way := map[uint32]string{1: "in", 2: "out"}[le.Uint32(options[4:])]
			out = append(out, names[le.Uint32(body)]+" "+way+" "+hexString(body[20:20+captured]))
		case 9:
			_, after, _ := strings.Cut(string(body), "MESSAGE=")
			line, _, _ := strings.Cut(after, "\n")
			out = append(out, "note "+line)
		}
		b = b[size:]
	}
	return out
}

func hexString(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

// failing is a destination without room.
type failing struct{ room int }

func (f *failing) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, io.ErrShortWrite
	}
	return len(b), nil
}

// Events must go on when the file cannot be written, and the error come out.
func TestFramesFileError(t *testing.T) {
	n := lan(t, &failing{room: 400})
	f, rec := n.frames, n.rec
	for range 3 {
		n.send(t, "a", unhex(t, arpFromA))
	}
	if err := f.Close(); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("close: %v", err)
	}
	if got := len(framesOf(rec)); got != 3 {
		t.Errorf("%d frames recorded, want 3", got)
	}
}
