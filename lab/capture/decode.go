package capture

import (
	"net"
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/viplab/viplab/lab/timeline"
)

// Decoder decodes Ethernet frames. It reuses its layers, so that one frame
// costs little more than its Event; use it from one goroutine at a time.
//
// It decodes with gopacket and with layers of its own, never with the code of a
// daemon under test: a fault there must not hide itself here.
type Decoder struct {
	eth    layers.Ethernet
	vlan   layers.Dot1Q
	arp    layers.ARP
	ip4    layers.IPv4
	ip6    layers.IPv6
	ext    layers.IPv6ExtensionSkipper
	ah     ah
	vrrp   VRRP
	tcp    layers.TCP
	udp    layers.UDP
	icmp4  layers.ICMPv4
	icmp6  layers.ICMPv6
	echo6  layers.ICMPv6Echo
	ns     layers.ICMPv6NeighborSolicitation
	na     layers.ICMPv6NeighborAdvertisement
	parser *gopacket.DecodingLayerParser
	found  []gopacket.LayerType
	macs   map[[6]byte]string
}

// maxMACs bounds the table of rendered MAC addresses, which a flood of made-up
// sources would otherwise grow for ever.
const maxMACs = 4096

// NewDecoder returns a Decoder.
func NewDecoder() *Decoder {
	d := &Decoder{macs: make(map[[6]byte]string)}
	d.parser = gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet,
		&d.eth, &d.vlan, &d.arp, &d.ip4, &d.ip6, &d.ext, &d.ah, &d.vrrp,
		&d.tcp, &d.udp, &d.icmp4, &d.icmp6, &d.echo6, &d.ns, &d.na)
	d.parser.IgnoreUnsupported = true
	return d
}

// Decode decodes a frame that begins with its Ethernet header. Length is the
// frame's length on the wire, which data may fall short of. What is cut short
// or malformed is described as far as it can be; Decode never fails. Network
// and Port of the result are left empty.
func (d *Decoder) Decode(data []byte, length int) *timeline.Frame {
	f := &timeline.Frame{Length: length, Proto: "ether"}
	// The error says only why decoding ended where it did: found holds what was
	// decoded until then.
	_ = d.parser.DecodeLayers(data, &d.found)
	if len(data) >= 12 {
		f.Dst, f.Src = d.mac(data[:6]), d.mac(data[6:12])
	}
	for _, layer := range d.found {
		switch layer {
		case layers.LayerTypeEthernet:
			d.proto(f, d.eth.EthernetType)
		case layers.LayerTypeDot1Q:
			d.proto(f, d.vlan.Type)
		case layers.LayerTypeARP:
			f.ARP = d.arpEvent()
		case layers.LayerTypeIPv4:
			d.ipv4(f)
		case layers.LayerTypeIPv6:
			d.ipv6(f)
		case layers.LayerTypeIPv6Fragment:
			// Behind it may be the middle of a message: not looked at.
			f.Proto = "ipv6"
			return f
		case layers.LayerTypeIPv6HopByHop, layers.LayerTypeIPv6Routing, layers.LayerTypeIPv6Destination:
			f.Proto = transport(d.ext.NextHeader, "ipv6")
		case layers.LayerTypeIPSecAH:
			f.Proto = transport(d.ah.next, f.Proto)
		case layers.LayerTypeVRRP:
			f.VRRP = d.vrrp.event(f.IPSrc, f.IPDst)
			// Zeros that were cut off would not change the sum.
			f.VRRP.ChecksumOK = f.VRRP.ChecksumOK && !d.parser.Truncated
		case layers.LayerTypeICMPv6NeighborSolicitation:
			f.Proto, f.ND = "nd", d.solicitation()
		case layers.LayerTypeICMPv6NeighborAdvertisement:
			f.Proto, f.ND = "nd", d.advertisement()
		default:
			d.transport(f, layer)
		}
	}
	return f
}

// sessionState is what a control packet of BFD says of its sender (RFC 5880 4.1),
// empty for other datagrams.
func sessionState(port uint16, payload []byte) string {
	const oneHop, severalHops, size = 3784, 4784, 24 // RFC 5881 4, RFC 5883 5
	if port != oneHop && port != severalHops || len(payload) < size || payload[0]>>5 != 1 {
		return ""
	}
	return [...]string{"AdminDown", "Down", "Init", "Up"}[payload[1]>>6]
}

// transport describes what tells connections and questions apart.
func (d *Decoder) transport(f *timeline.Frame, layer gopacket.LayerType) {
	switch layer {
	case layers.LayerTypeTCP:
		f.TCP = &timeline.TCP{SrcPort: uint16(d.tcp.SrcPort), DstPort: uint16(d.tcp.DstPort), Seq: d.tcp.Seq, Flags: flags(&d.tcp)}
	case layers.LayerTypeUDP:
		f.UDP = &timeline.UDP{SrcPort: uint16(d.udp.SrcPort), DstPort: uint16(d.udp.DstPort)}
		f.UDP.BFD = sessionState(f.UDP.DstPort, d.udp.Payload)
	case layers.LayerTypeICMPv4:
		switch d.icmp4.TypeCode.Type() {
		case layers.ICMPv4TypeEchoRequest:
			f.Echo = &timeline.Echo{ID: d.icmp4.Id, Seq: d.icmp4.Seq}
		case layers.ICMPv4TypeEchoReply:
			f.Echo = &timeline.Echo{Reply: true, ID: d.icmp4.Id, Seq: d.icmp4.Seq}
		}
	case layers.LayerTypeICMPv6Echo:
		f.Echo = &timeline.Echo{
			Reply: d.icmp6.TypeCode.Type() == layers.ICMPv6TypeEchoReply,
			ID:    d.echo6.Identifier, Seq: d.echo6.SeqNumber,
		}
	}
}

// flags writes the flags of a segment that open and end a connection, and its
// acknowledgement, as tcpdump does.
func flags(t *layers.TCP) string {
	text := ""
	for _, flag := range []struct {
		set  bool
		text string
	}{{t.SYN, "S"}, {t.FIN, "F"}, {t.RST, "R"}, {t.ACK, "A"}} {
		if flag.set {
			text += flag.text
		}
	}
	return text
}

// proto names what an Ethernet type announces, decoded or not.
func (d *Decoder) proto(f *timeline.Frame, t layers.EthernetType) {
	switch t {
	case layers.EthernetTypeARP:
		f.Proto = "arp"
	case layers.EthernetTypeIPv4:
		f.Proto = "ip"
	case layers.EthernetTypeIPv6:
		f.Proto = "ipv6"
	}
}

func (d *Decoder) ipv4(f *timeline.Frame) {
	f.IPSrc, f.IPDst, f.TTL = address(d.ip4.SrcIP), address(d.ip4.DstIP), int(d.ip4.TTL)
	if d.ip4.FragOffset == 0 {
		f.Proto = transport(d.ip4.Protocol, "ip")
	}
}

func (d *Decoder) ipv6(f *timeline.Frame) {
	f.IPSrc, f.IPDst, f.TTL = address(d.ip6.SrcIP), address(d.ip6.DstIP), int(d.ip6.HopLimit)
	next := d.ip6.NextHeader
	if d.ip6.HopByHop != nil { // gopacket takes it as a part of the header
		next = d.ip6.HopByHop.NextHeader
	}
	f.Proto = transport(next, "ipv6")
}

// transport names the protocols that the timeline tells apart.
func transport(p layers.IPProtocol, other string) string {
	switch p {
	case layers.IPProtocolVRRP:
		return "vrrp"
	case layers.IPProtocolICMPv4:
		return "icmp"
	case layers.IPProtocolICMPv6:
		return "icmpv6"
	case layers.IPProtocolTCP:
		return "tcp"
	case layers.IPProtocolUDP:
		return "udp"
	case layers.IPProtocolIGMP:
		return "igmp"
	default:
		return other
	}
}

// arpEvent returns nil for what is no request or reply of IPv4 over Ethernet.
func (d *Decoder) arpEvent() *timeline.ARP {
	if d.arp.HwAddressSize != 6 || d.arp.ProtAddressSize != 4 {
		return nil
	}
	e := &timeline.ARP{
		SenderMAC: d.mac(d.arp.SourceHwAddress),
		SenderIP:  address(d.arp.SourceProtAddress),
		TargetMAC: d.mac(d.arp.DstHwAddress),
		TargetIP:  address(d.arp.DstProtAddress),
	}
	switch d.arp.Operation {
	case layers.ARPRequest:
		e.Op = "request"
	case layers.ARPReply:
		e.Op = "reply"
	default:
		return nil
	}
	return e
}

func (d *Decoder) solicitation() *timeline.ND {
	return &timeline.ND{
		Op:       "solicit",
		Target:   address(d.ns.TargetAddress),
		LinkAddr: d.linkAddress(d.ns.Options, layers.ICMPv6OptSourceAddress),
	}
}

func (d *Decoder) advertisement() *timeline.ND {
	return &timeline.ND{
		Op:        "advert",
		Target:    address(d.na.TargetAddress),
		LinkAddr:  d.linkAddress(d.na.Options, layers.ICMPv6OptTargetAddress),
		Router:    d.na.Router(),
		Solicited: d.na.Solicited(),
		Override:  d.na.Override(),
	}
}

// linkAddress returns the link-layer address option of type t (RFC 4861 4.6.1).
func (d *Decoder) linkAddress(options layers.ICMPv6Options, t layers.ICMPv6Opt) string {
	for _, o := range options {
		if o.Type == t && len(o.Data) >= 6 {
			return d.mac(o.Data[:6])
		}
	}
	return ""
}

// mac renders 6 bytes; a lab has few MAC addresses and many frames.
func (d *Decoder) mac(b []byte) string {
	key := [6]byte(b)
	s, ok := d.macs[key]
	if !ok {
		s = net.HardwareAddr(b).String()
		if len(d.macs) < maxMACs {
			d.macs[key] = s
		}
	}
	return s
}

func address(b []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(b)
	return a
}
