package advert

import (
	"net/netip"
	"testing"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// What keepalived 2.2.7 does with an advert; see TestKeepalived.
const (
	takes = "takes"
	drops = "drops"
)

// row is an advert of a router like ours, and what becomes of it.
type row struct {
	name   string
	change func(*conf.Instance) // of both routers
	local  func(*conf.Instance) // of ours
	forge  forge
	want   Discard // 0: it is taken
	notice Notice
	// keepalived is what keepalived 2.2.7 does; empty: it was not asked.
	keepalived string
}

func pass(i *conf.Instance)   { i.AuthType, i.AuthPass = 1, "1111" }
func ah(i *conf.Instance)     { i.AuthType, i.AuthPass = 2, "1111" }
func strict(i *conf.Instance) { i.Strict = true }
func two(i *conf.Instance)    { i.Addresses = vips("192.168.0.5/24", "192.168.0.6/24") }
func peers(i *conf.Instance)  { i.Unicast.CheckSource = true }

func owns(i *conf.Instance) { i.Priority = 255 }

// rows are the requirements of the RFCs by their number, and others.
var rows = []row{
	{"R3768-5.1-01 sound", nil, nil, forge{}, 0, 0, takes},
	{"R3768-7.1-01 TTL 254", nil, nil, forge{ttl: 254}, BadTTL, 0, drops},
	{"R3768-7.1-01 TTL 1", nil, nil, forge{ttl: 1}, BadTTL, 0, drops},
	{"R3768-7.1-02 version 3", nil, nil, forge{msg: poke(0, 0x31)}, BadVersion, 0, drops},
	{"R3768-7.1-02 version 15", nil, nil, forge{msg: poke(0, 0xf1)}, BadVersion, 0, drops},
	{"R3768-5.3.2-02 type 0", nil, nil, forge{msg: poke(0, 0x20)}, BadType, 0, drops},
	{"R3768-5.3.2-02 type 2", nil, nil, forge{msg: poke(0, 0x22)}, BadType, 0, drops},
	{"R3768-7.1-03 count larger than data", nil, nil, forge{msg: poke(3, 2)}, Truncated, 0, drops},
	{"R3768-7.1-04 count 255", nil, nil, forge{msg: poke(3, 255)}, Truncated, 0, drops},
	{"R3768-7.1-03 count less than data", nil, nil, forge{msg: poke(3, 0)}, TooLong, 0, drops},
	{"R3768-7.1-03 no authentication data", nil, nil, forge{raw: grow(-8)}, Truncated, 0, drops},
	{"R3768-7.1-03 half a header", nil, nil, forge{raw: grow(-16)}, TooShort, 0, drops},
	{"R3768-7.1-05 2 bytes more", nil, nil, forge{raw: grow(2)}, TooLong, 0, drops},
	{"R3768-7.1-05 40 bytes more", nil, nil, forge{raw: grow(40)}, TooLong, 0, drops},
	{"28 bytes more", nil, nil, forge{raw: grow(28)}, SignedUnasked, 0, drops},
	{"R3768-7.1-06 checksum", nil, nil, forge{raw: flip(ipLen + checksumAt)}, BadChecksum, 0, drops},
	{"R3768-7.1-06 priority flipped", nil, nil, forge{raw: flip(ipLen + 2)}, BadChecksum, 0, drops},
	{"R3768-7.1-14 addresses in another order", two, nil, forge{msg: list("192.168.0.6", "192.168.0.5")}, 0, 0, takes},
	{"R3768-7.1-15 another address", two, nil, forge{msg: list("192.168.0.6", "192.168.0.9")}, BadAddressList, 0, drops},
	{"R3768-7.1-15 an address twice", two, nil, forge{msg: list("192.168.0.6", "192.168.0.6")}, BadAddressList, 0, drops},
	{"R3768-7.1-15 missing address", two, nil, forge{msg: list("192.168.0.6")}, BadAddressList, 0, drops},
	{"R3768-7.1-15 extra address", nil, nil, forge{msg: list("192.168.0.5", "192.168.0.6")}, BadAddressList, 0, drops},
	{"R3768-7.1-15 no address", nil, nil, forge{msg: list()}, BadAddressList, 0, drops},
	{"R3768-7.1-16 the owner's other addresses", nil, nil, forge{prio: 255, msg: list("192.168.0.9")}, 0, OtherAddresses, drops},
	{"R3768-7.1-18 interval 2", nil, nil, forge{msg: poke(5, 2)}, BadInterval, 0, drops},
	{"R3768-7.1-18 interval 0", nil, nil, forge{msg: poke(5, 0)}, ZeroInterval, 0, drops},
	{"R3768-7.1-21 unicast", nil, nil, forge{dst: "192.168.0.1"}, NotMulticast, 0, drops},
	{"R3768-7.1-22 IP options", nil, nil, forge{raw: options}, 0, 0, takes},
	{"another group", nil, nil, forge{dst: "224.0.0.17"}, OtherGroup, 0, ""},
	{"priority 0", nil, nil, forge{prio: 0x100}, 0, 0, ""},
	{"from our address", nil, nil, forge{src: "192.168.0.1"}, OwnSource, 0, ""},

	{"R3768-5.3.6-02 type 1", nil, nil, forge{msg: poke(4, 1)}, BadAuthType, 0, drops},
	{"R3768-5.3.6-02 type 3", nil, nil, forge{msg: poke(4, 3)}, InvalidAuthType, 0, drops},
	{"R3768-5.3.6-02 type 255", nil, nil, forge{msg: poke(4, 255)}, InvalidAuthType, 0, drops},
	{"R3768-5.3.6.1-01 data without type", nil, nil, forge{msg: poke(headerLen+4, 'x')}, 0, 0, takes},
	{"R2338-5.3.6.2-03 password", pass, nil, forge{}, 0, 0, takes},
	{"R2338-5.3.6.2-02 wrong password", pass, nil, forge{msg: poke(headerLen+4, 'x')}, BadPassword, 0, drops},
	{"R2338-5.3.6.2-02 longer password", pass, nil, forge{msg: poke(headerLen+8, '1')}, BadPassword, 0, drops},
	{"R2338-5.3.6-01 type 0 for PASS", pass, nil, forge{msg: poke(4, 0)}, BadAuthType, 0, drops},

	{"R2338-5.3.6.3-01 AH", ah, nil, forge{seq: 1000}, 0, 0, takes},
	{"R2338-5.3.6.3-04 data of AH", ah, nil, forge{seq: 1000, msg: poke(headerLen+4, 'x')}, 0, 0, takes},
	{"R2338-5.3.6.3-02 AH: address flipped", ah, nil, forge{seq: 1000, raw: flip(ipLen + ahLen + headerLen)}, BadAHDigest, 0, drops},
	{"R2338-5.3.6.3-02 AH: identification flipped", ah, nil, forge{seq: 1000, raw: flip(ipIDAt)}, BadAHDigest, 0, drops},
	{"R2338-5.3.6.3-02 AH: value flipped", ah, nil, forge{seq: 1000, raw: flip(ipLen + ahICVAt)}, BadAHDigest, 0, drops},
	{"R2338-5.3.6.3-02 AH: type of service", ah, nil, forge{seq: 1000, raw: flip(1)}, 0, 0, takes},
	{"AH: another SPI", ah, nil, forge{seq: 1000, raw: flip(ipLen + ahSourceAt + 3)}, BadAHSource, 0, drops},
	{"AH: number 0", ah, nil, forge{seq: 1<<32 - 1}, ReplayedAH, 0, drops},
	{"AH: next header", ah, nil, forge{raw: poke(ipLen, 17)}, BadAHHeader, 0, ""},
	{"AH: length", ah, nil, forge{raw: poke(ipLen+1, 5)}, BadAHHeader, 0, ""},

	{"R5798-5.1-01 sound", version3, nil, forge{}, 0, 0, takes},
	{"R5798-7.1-01 TTL 254", version3, nil, forge{ttl: 254}, BadTTL, 0, drops},
	{"R5798-7.1-03 version 2", version3, nil, forge{msg: poke(0, 0x21)}, BadVersion, 0, drops},
	{"R5798-5.2.2-01 type 2", version3, nil, forge{msg: poke(0, 0x32)}, BadType, 0, drops},
	{"R5798-5.2.6-02 reserved bits", version3, nil, forge{msg: poke(4, 0xf0)}, 0, 0, takes},
	{"R5798-7.1-04 count larger than data", version3, nil, forge{msg: poke(3, 2)}, Truncated, 0, drops},
	{"R5798-7.1-06 checksum", version3, nil, forge{raw: flip(ipLen + checksumAt)}, BadChecksum, 0, drops},
	{"R5798-7.1-11 another address", version3, nil, forge{msg: list("192.168.0.9")}, 0, OtherAddresses, drops},
	{"R5798-7.1-11 two addresses", version3, nil, forge{msg: list("192.168.0.9", "192.168.0.5")}, 0, OtherAddresses, drops},
	{"R9568-5.2.5-01 count 0", version3, nil, forge{msg: list()}, NoAddresses, 0, drops},
	{"R9568-7.1e8301-01 interval 0", version3, nil, forge{msg: poke(5, 0)}, ZeroInterval, 0, takes},
	{"R9568-7.1-02 interval 2 s", version3, nil, forge{msg: poke(5, 200)}, 0, OtherInterval, takes},
	{"R9568-5.2.8-01 plain checksum", version3, func(i *conf.Instance) { i.V3ChecksumAsV2 = false },
		forge{raw: resum(0)}, 0, PlainChecksum, drops},
	{"2 bytes more", version3, nil, forge{raw: grow(2)}, TooLong, 0, drops},
	{"28 bytes more of version 3", version3, nil, forge{raw: grow(28)}, SignedUnasked, 0, drops},

	{"unicast", all(version3, unicast), nil, forge{}, 0, 0, takes},
	{"unicast TTL 1", all(version3, unicast), nil, forge{ttl: 1}, 0, 0, takes},
	{"unicast: to the group", all(version3, unicast), nil, forge{dst: "224.0.0.18"}, NotUnicast, 0, ""},
	{"unicast: stranger", all(version3, unicast), nil, forge{src: "192.168.0.77"}, 0, 0, takes},
	{"unicast: stranger, checked", all(version3, unicast), peers, forge{src: "192.168.0.77"}, UnknownPeer, 0, drops},
	{"unicast: peer, checked", all(version3, unicast), peers, forge{}, 0, 0, takes},
	{"unicast: stranger, TTL checked", all(version3, unicast), ttl(64, -1), forge{src: "192.168.0.77"}, UnknownPeer, 0, drops},
	{"unicast: TTL below", all(version3, unicast), ttl(64, -1), forge{ttl: 63}, BadPeerTTL, 0, drops},
	{"unicast: TTL above", all(version3, unicast), ttl(-1, 63), forge{ttl: 64}, BadPeerTTL, 0, drops},
	{"unicast: TTL within", all(version3, unicast), ttl(64, 64), forge{ttl: 64}, 0, 0, takes},
	{"unicast: old checksum", all(version3, unicast), nil, forge{raw: resumOld}, 0, OldChecksum, takes},
	{"unicast: old checksum never", all(version3, unicast), func(i *conf.Instance) { i.Unicast.OldChecksum = "never" }, forge{raw: resumOld}, BadChecksum, 0, drops},
	{"unicast: old checksum always", all(version3, unicast), func(i *conf.Instance) { i.Unicast.OldChecksum = "always" }, forge{raw: resumOld}, 0, 0, takes},
	{"unicast: new checksum, old always", all(version3, unicast), func(i *conf.Instance) { i.Unicast.OldChecksum = "always" }, forge{}, 0, 0, drops},
	{"multicast: checksum of another group", all(version3, func(i *conf.Instance) { i.MulticastGroup = netip.MustParseAddr("224.0.0.17") }), nil,
		forge{raw: resumOld}, BadChecksum, 0, ""},

	{"R5798-5.1.2.3-01 IPv6", ipv6, nil, forge{}, 0, 0, takes},
	{"R5798-7.1-02 hop limit 254", ipv6, nil, forge{ttl: 254}, BadTTL, 0, drops},
	{"R5798-7.1-05 checksum", ipv6, nil, forge{raw: flip(checksumAt)}, BadChecksum, 0, drops},
	{"IPv6: another address", ipv6, nil, forge{msg: flip(headerLen + 31)}, 0, OtherAddresses, drops},
	{"IPv6: first address not link-local", ipv6, nil, forge{msg: list("2001:db8::5", "fe80::100")}, 0, 0, ""},
	{"R9568-7.1e8300-01 strict: first address not link-local", ipv6, strict, forge{msg: list("2001:db8::5", "fe80::100")}, NotLinkLocal, 0, ""},
	{"R9568-5.2.9-01 IPv4 list", ipv6, nil, forge{msg: list("192.168.0.5", "192.168.0.6")}, Truncated, 0, drops},
	{"IPv6: 4 bytes more", ipv6, nil, forge{msg: more(4)}, TooLong, 0, drops},

	{"R3768-7.1-08 strict owner", nil, all(owns, strict), forge{prio: 255}, OwnerIgnores, 0, ""},
	{"owner", nil, owns, forge{prio: 254}, 0, 0, ""},
	{"R9568-8.3.2-01 two owners", nil, owns, forge{prio: 255}, 0, OwnerConflict, ""},
	{"owner_ignore_adverts", nil, all(owns, func(i *conf.Instance) { i.OwnerIgnoreAdverts = true }), forge{prio: 255}, OwnerIgnores, 0, ""},
	{"strict: no address", all(version3, strict, func(i *conf.Instance) { i.Addresses, i.NoAddresses = nil, true }), nil, forge{}, NoAddresses, 0, ""},
	{"no_virtual_ipaddress", all(version3, func(i *conf.Instance) { i.Addresses, i.NoAddresses = nil, true }), nil, forge{}, 0, 0, ""},
	{"IPv6 strict: no address", all(ipv6, strict, func(i *conf.Instance) { i.Addresses, i.NoAddresses = nil, true }), nil, forge{}, NoAddresses, 0, ""},
	{"AH not asked for", ah, func(i *conf.Instance) { i.AuthType, i.AuthPass = 0, "" }, forge{}, UnexpectedAH, 0, ""},
	{"AH missing", nil, ah, forge{}, MissingAH, 0, ""},
	{"another VRID", nil, func(i *conf.Instance) { i.VRID = 52 }, forge{}, UnknownVRID, 0, ""},
	{"IPv6 for IPv4", ipv6, func(i *conf.Instance) { i.Family = conf.IPv4 }, forge{}, WrongFamily, 0, ""},
}

// options puts two NOP words into an IPv4 header.
func options(b []byte) []byte {
	b = append(append(append([]byte(nil), b[:ipLen]...), 1, 1, 1, 1, 1, 1, 1, 0), b[ipLen:]...)
	b[0] = 0x47
	return grow(0)(b)
}

// resum makes the checksum of version 3 anew, beginning with acc.
func resum(acc uint32) func([]byte) []byte {
	return func(b []byte) []byte { seal(b[ipLen:], acc); return b }
}

func resumOld(b []byte) []byte {
	return resum(pseudo(netip.AddrFrom4([4]byte(b[ipSourceAt:])), group, len(b)-ipLen))(b)
}

// ttl bounds the TTL of peers.
func ttl(lowest, highest int) func(*conf.Instance) {
	return func(i *conf.Instance) {
		i.UnicastPeers = []conf.UnicastPeer{{Address: them, MinTTL: lowest, MaxTTL: highest}}
	}
}

func TestCheck(t *testing.T) {
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			c, _ := router(t, instance(all(r.change, r.local)))
			c.SetSource(us)
			before := *c
			p, err := r.forge.deliver(t, instance(r.change))
			h := Heard{}
			if err == nil {
				h, err = c.Check(&p, noon)
			}
			if Reason(err) != r.want || h.Notice != r.notice {
				t.Fatalf("%v (%v), notice %b; want %v, notice %b", Reason(err), err, h.Notice, r.want, r.notice)
			}
			if err == nil {
				if h.Priority != int(byte(r.forge.priority())) || h.Interval < 10*time.Millisecond {
					t.Errorf("heard %+v", h)
				}
				return
			}
			if c.last != before.last || c.sequence != before.sequence || c.marks.clock != before.marks.clock {
				t.Error("a rejected advert changed the checker")
			}
			var counts Discards
			if counts[r.want] = 1; c.rejected.Discard != 0 && c.Discards != counts {
				t.Errorf("counted %v", c.Discards)
			}
		})
	}
}

// priority is that of the advert that f makes; 0x100 is 0.
func (f forge) priority() int {
	if f.prio == 0 {
		return 200
	}
	return f.prio
}
