package conf

import (
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// vmacRows are the devices that adverts and addresses can have of their own.
func vmacRows() []schema.Keyword {
	return []schema.Keyword{
		{Name: "use_vmac", Else: "off; vrrp.VRID", Doc: "use the virtual router's MAC address", Field: schema.Field{
			Form: "[name] [IFNAME] [MAC] [netlink_notify_msg] [group N]", Kind: schema.List, Max: -1, Read: readVMAC, Print: printVMAC}},
		flagRow("use_vmac_addr", "off", "make VMACs for addresses on other interfaces", func(i *Instance) *bool { return &i.VMACAddresses }),
		{Name: "vmac_xmit_base", Else: "off", Doc: "send adverts from the base interface", Fill: settled,
			Field: schema.Flag(true, func(i *Instance) *bool { return &i.TransmitBase })},
		{Name: "use_ipvlan", First: true, Else: "off", Doc: "use an ipvlan device", Field: schema.Field{
			Form: "[bridge|private|vepa] [[name] IFNAME] [ADDR] [group N]", Kind: schema.List, Max: -1, Read: readIPVLAN, Print: printIPVLAN}},
	}
}

func readVMAC(c *schema.Context, obj any, words []syntax.Word) {
	i := obj.(*Instance)
	i.VMAC = true
	d := &i.VMACDevice
	for n := 1; n < len(words); n++ {
		w := words[n]
		switch {
		case strings.Contains(w.Text, ":"):
			takeMAC(c, d, w)
		case w.Text == "netlink_notify_msg":
			d.Notify = true
		case w.Text == "group" && n+1 < len(words):
			n++
			d.Group = groupNames().ident(c, words[n], (*schema.Context).Errorf)
		case w.Text == "name" && n+1 < len(words):
			n++
			takeName(c, &d.Name, words[0], words[n])
		default:
			takeName(c, &d.Name, words[0], w)
		}
	}
}

// takeName takes the first name of a device.
func takeName(c *schema.Context, name *string, key, w syntax.Word) {
	if *name != "" {
		c.Errorf(diag.Repeated, w, "%s: %q is passed over: the device is called %s already", key.Text, w.Text, *name)
	} else {
		*name = readInterface(c, w)
	}
}

// takeMAC takes a MAC address of six octets, or of five, which the VRID
// completes.
func takeMAC(c *schema.Context, d *VMACDevice, w syntax.Word) {
	mac, ok := macText(w.Text)
	switch {
	case d.MAC != "":
		c.Errorf(diag.Repeated, w, "use_vmac: %s is passed over: the address is %s already", w.Text, d.MAC)
	case !ok:
		c.Errorf(diag.BadAddress, w, "use_vmac: %q is not a MAC address; it is passed over", w.Text)
	case strings.Contains("13579bdf", mac[1:2]): // the group bit
		c.Errorf(diag.BadAddress, w, "use_vmac: %s is a multicast address; it is passed over", w.Text)
	case strings.HasPrefix(mac, "00:00:5e:00:01") || strings.HasPrefix(mac, "00:00:5e:00:02"):
		c.Errorf(diag.BadAddress, w, "use_vmac: %s is one of those that RFC 9568 gives to VRIDs; it is passed over", w.Text)
	default:
		d.MAC = mac
	}
}

// macText writes five or six octets of one or two digits with two digits each.
func macText(text string) (string, bool) {
	parts := strings.Split(strings.TrimSuffix(text, ":"), ":")
	if len(parts) != 5 && (len(parts) != 6 || strings.HasSuffix(text, ":")) {
		return "", false
	}
	for n, p := range parts {
		if len(p) == 1 {
			p = "0" + p
		}
		if b, err := hex.DecodeString(p); err != nil || len(b) != 1 {
			return "", false
		}
		parts[n] = strings.ToLower(p)
	}
	return strings.Join(parts, ":"), true
}

func printVMAC(obj any) [][]string {
	i := obj.(*Instance)
	if !i.VMAC {
		return nil
	}
	words := deviceName(i.VMACDevice.Name)
	if i.VMACDevice.MAC != "" {
		words = append(words, i.VMACDevice.MAC)
	}
	if i.VMACDevice.Notify {
		words = append(words, "netlink_notify_msg")
	}
	return [][]string{append(words, groupWords(i.VMACDevice.Group)...)}
}

// deviceName is the words that name a device.
func deviceName(name string) []string {
	switch name {
	case "":
		return []string{}
	case "name", "group", "netlink_notify_msg", "bridge", "private", "vepa":
		return []string{"name", name}
	}
	return []string{name}
}

func groupWords(group Ident) []string {
	if !group.Given() {
		return nil
	}
	return []string{"group", group.Text}
}

func readIPVLAN(c *schema.Context, obj any, words []syntax.Word) {
	i := obj.(*Instance)
	i.IPVLAN = &IPVLAN{}
	for n := 1; n < len(words); n++ {
		w := words[n]
		prefix, err := parsePrefix(w.Text)
		switch {
		case w.Text == "bridge" || w.Text == "private" || w.Text == "vepa":
			takeMode(c, i.IPVLAN, w)
		case w.Text == "group" && n+1 < len(words):
			n++
			i.IPVLAN.Group = groupNames().ident(c, words[n], (*schema.Context).Errorf)
		case w.Text == "name" && n+1 < len(words):
			n++
			takeName(c, &i.IPVLAN.Name, words[0], words[n])
		case err == nil:
			takeAddress(c, i, prefix, words[0], w)
		default:
			takeName(c, &i.IPVLAN.Name, words[0], w)
		}
	}
}

func takeMode(c *schema.Context, d *IPVLAN, w syntax.Word) {
	if d.Mode != "" {
		c.Errorf(diag.Repeated, w, "use_ipvlan: %s is passed over: it is %s already", w.Text, d.Mode)
		return
	}
	d.Mode = w.Text
}

// takeAddress takes the first address of an ipvlan. It is the source of adverts
// as well, unless another is given.
func takeAddress(c *schema.Context, i *Instance, prefix netip.Prefix, key, w syntax.Word) {
	switch {
	case i.IPVLAN.Address.IsValid():
		c.Errorf(diag.Repeated, w, "use_ipvlan: %s is passed over: the address is %s already", w.Text, i.IPVLAN.Address)
	case takeFamily(c, i, prefix.Addr(), key, w):
		i.IPVLAN.Address = prefix
	}
}

// parsePrefix reads "IP[/LEN]"; without a length it is the host's own.
func parsePrefix(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		return netip.PrefixFrom(a, a.BitLen()), err
	}
	return netip.ParsePrefix(text)
}

func printIPVLAN(obj any) [][]string {
	d := obj.(*Instance).IPVLAN
	if d == nil {
		return nil
	}
	words := []string{}
	if d.Mode != "" {
		words = append(words, d.Mode)
	}
	words = append(words, deviceName(d.Name)...)
	if d.Address.IsValid() {
		words = append(words, d.Address.String())
	}
	return [][]string{append(words, groupWords(d.Group)...)}
}
