package capture

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// Block types and options of pcapng (draft-ietf-opsawg-pcapng 4) that pcapgo
// does not write.
const (
	ngEnhancedPacket = 0x00000006
	ngJournalExport  = 0x00000009
	ngOptionFlags    = 2
	ngInbound        = 1
	ngOutbound       = 2
)

// pcapWriter writes pcapng: section and interfaces with pcapgo, packets itself,
// because pcapgo cannot say which way a packet went (epb_flags).
//
// The first error of the destination is kept; nothing is written after it.
type pcapWriter struct {
	out *bufio.Writer
	ng  *pcapgo.NgWriter
	buf []byte
	err error
}

// newPcapWriter begins a section. Its first interface stands for the lab and
// carries no packets: a section needs one, and ports come later.
func newPcapWriter(w io.Writer) (*pcapWriter, error) {
	p := &pcapWriter{out: bufio.NewWriterSize(w, 1<<16)}
	options := pcapgo.DefaultNgWriterOptions
	options.SectionInfo.Application = "viplab"
	ng, err := pcapgo.NewNgWriterInterface(p.out, ngInterface("lab"), options)
	if err != nil {
		return nil, fmt.Errorf("begin capture file: %w", err)
	}
	p.ng = ng
	p.keep(ng.Flush())
	p.flush()
	if p.err != nil {
		return nil, fmt.Errorf("begin capture file: %w", p.err)
	}
	return p, nil
}

func ngInterface(name string) pcapgo.NgInterface {
	return pcapgo.NgInterface{Name: name, LinkType: layers.LinkTypeEthernet, TimestampResolution: 9}
}

// addInterface returns the number that packets refer to.
func (p *pcapWriter) addInterface(name string) (int, error) {
	id, err := p.ng.AddInterface(ngInterface(name))
	p.keep(err)
	p.keep(p.ng.Flush()) // into out, so that the blocks stay in order
	p.flush()
	return id, p.err
}

// packet writes a packet; inbound means into the switch.
func (p *pcapWriter) packet(id int, wall time.Time, data []byte, length int, inbound bool) {
	flags := uint32(ngOutbound)
	if inbound {
		flags = ngInbound
	}
	le, stamp := binary.LittleEndian, uint64(wall.UnixNano())
	b := p.begin(ngEnhancedPacket)
	b = le.AppendUint32(b, uint32(id))
	b = le.AppendUint32(b, uint32(stamp>>32))
	b = le.AppendUint32(b, uint32(stamp))
	b = le.AppendUint32(b, uint32(len(data)))
	b = le.AppendUint32(b, uint32(length))
	b = pad4(append(b, data...))
	b = le.AppendUint16(b, ngOptionFlags)
	b = le.AppendUint16(b, 4)
	b = le.AppendUint32(b, flags)
	b = le.AppendUint32(b, 0) // end of options
	p.end(b)
}

// note writes a line between the packets, as a systemd journal entry: Wireshark
// shows it in its place, and tools that know no such block skip it.
func (p *pcapWriter) note(wall time.Time, text string) {
	text = strings.ReplaceAll(text, "\n", " ")
	entry := fmt.Sprintf("__REALTIME_TIMESTAMP=%d\nMESSAGE=%s\nPRIORITY=6\nSYSLOG_IDENTIFIER=viplab\n\n", wall.UnixMicro(), text)
	p.end(pad4(append(p.begin(ngJournalExport), entry...)))
}

// begin starts a block in the reused buffer; end fills in its length.
func (p *pcapWriter) begin(kind uint32) []byte {
	b := binary.LittleEndian.AppendUint32(p.buf[:0], kind)
	return binary.LittleEndian.AppendUint32(b, 0)
}

func (p *pcapWriter) end(b []byte) {
	total := uint32(len(b) + 4)
	b = binary.LittleEndian.AppendUint32(b, total)
	binary.LittleEndian.PutUint32(b[4:], total)
	p.buf = b
	if p.err == nil {
		_, err := p.out.Write(b)
		p.keep(err)
	}
}

func pad4(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// flush hands everything to the destination, for whoever follows it.
func (p *pcapWriter) flush() {
	if p.err == nil {
		p.keep(p.out.Flush())
	}
}

func (p *pcapWriter) keep(err error) {
	if p.err == nil && err != nil {
		p.err = fmt.Errorf("write capture file: %w", err)
	}
}
