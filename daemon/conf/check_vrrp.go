package conf

import (
	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// checkVRRP completes instances and sync groups once everything is read, and
// reports what of them excludes each other.
func checkVRRP(c *schema.Context, cfg *Config) {
	groups := checkGroups(c, cfg)
	for _, i := range cfg.Instances {
		if g := groups[i.Name]; g != nil && g.Given("notify_priority_changes") && !i.Given("notify_priority_changes") {
			i.NotifyPriorityChanges = g.NotifyPriorityChanges
		}
		(&finisher{c, i}).finish()
		checkTracks(c, i, groups[i.Name])
	}
	checkGroupWeights(c, cfg)
	checkTrackedTwice(c, cfg)
	checkClashes(c, cfg)
	checkDevices(c, cfg)
	checkDuplicates(c, cfg)
}

// finisher works out what an instance is to do from what the file says of it. A
// value that something else rules out is reported and changed, in keepalived's
// order: later rules see what earlier ones have made of the instance.
type finisher struct {
	c *schema.Context
	i *Instance
}

func (f *finisher) finish() {
	if f.i.Family == 0 {
		f.i.Family = IPv4
	}
	f.version()
	f.identity()
	f.election()
	f.interval()
	f.authentication()
	f.hmac()
	f.unicast()
	f.vmac()
	f.addresses()
	f.preemption()
	f.accept()
	f.strictAdverts()
	f.ownerAdverts()
}

// at is the word of a keyword of the instance, or of the instance where the file
// does not give it.
func (f *finisher) at(keywords ...string) word {
	for _, k := range keywords {
		if pos := f.i.Where(k); pos.Known() {
			return placed(pos, k)
		}
	}
	return placed(f.i.Pos, "vrrp_instance")
}

// placed is a word at a place.
func placed(pos Pos, text string) word {
	return word{Text: text, Span: diag.Span{Pos: pos, Width: int32(len(text))}}
}

// errorf reports at a keyword of the instance.
func (f *finisher) errorf(code diag.Code, keyword, format string, args ...any) {
	f.c.Errorf(code, f.at(keyword), format, args...)
}

// strict reports a keyword that strict mode does not allow.
func (f *finisher) strict(keyword, format string, args ...any) {
	f.errorf(diag.StrictViolation, keyword, "strict mode: "+format, args...)
}

// report says what is wrong at a word, with help.
func (f *finisher) report(at word, severity diag.Severity, code diag.Code, text, help string) {
	f.c.Report(diag.Diagnostic{Span: at.Span, Severity: severity, Code: code, Text: text, Help: help})
}

// missing reports that the instance lacks a keyword. One that stands there in
// letters of another case is why.
func (f *finisher) missing(severity diag.Severity, code diag.Code, keyword, text, help string) {
	d := diag.Diagnostic{Span: f.at().Span, Severity: severity, Code: code, Text: text, Help: help}
	if pos := f.c.Misspelt(&f.i.Origin, keyword); pos.Known() {
		d.Notes = []diag.Note{{Pos: pos, Text: "this is not taken for " + keyword}}
	}
	f.c.Report(d)
}

func (f *finisher) version() {
	if f.i.Strict && f.i.Family == IPv6 && f.i.Version == 2 {
		f.strict("version", "IPv6 has version 3, which is used")
		f.i.Version = 3
	}
}

// identity reports what without there is no router at all.
func (f *finisher) identity() {
	i := f.i
	if i.VRID == 0 {
		f.missing(diag.Fatal, diag.MissingVRID, "virtual_router_id", "vrrp_instance "+i.Name+" has no virtual_router_id", "write virtual_router_id with a number from 1 to 255")
	}
	if i.VRF != "" && (i.Interface != "" || len(i.UnicastPeers) == 0) {
		f.errorf(diag.NoEffect, "vrf", "vrf is for unicast without an interface; it is passed over")
		i.VRF = ""
	}
	switch {
	case i.Interface == "lo":
		f.c.Fatalf(diag.LoopbackInterface, f.at("interface"), "vrrp_instance %s cannot run on the loopback interface", i.Name)
	case i.Interface != "":
	case len(i.UnicastPeers) == 0:
		f.missing(diag.Fatal, diag.MissingInterface, "interface", "vrrp_instance "+i.Name+" has no interface", "write interface with the name of a network interface")
	case !i.Source.IsValid():
		f.report(f.at(), diag.Fatal, diag.MissingInterface, "vrrp_instance "+i.Name+" has neither an interface nor a source for its unicast adverts",
			"write interface, or unicast_src_ip")
	case i.Source.IsLinkLocalUnicast() && i.Source.Is6():
		f.c.Fatalf(diag.MissingInterface, f.at("unicast_src_ip", "mcast_src_ip"),
			"vrrp_instance %s has a link-local source, and no interface to use it on", i.Name)
	}
}

// election lets state and priority 255, each without the other, imply it
// (priority's Fill is the other half).
func (f *finisher) election() {
	i := f.i
	owner := i.Priority == 255
	state := Backup
	if owner {
		state = Master
	}
	switch {
	case !i.Given("state"):
		i.State = state
	case i.State == state:
		if owner && !i.Given("priority") {
			f.report(f.at("state"), diag.Warning, diag.OwnerState, "state MASTER without a priority means 255, that of the owner of the addresses",
				"write the priority that you mean, for example priority 100")
		}
	case i.Strict:
		f.strict("state", "state MASTER and priority 255 go together; state %s is used", state)
		i.State = state
	case owner:
		f.report(f.at("state"), diag.Warning, diag.OwnerState, "priority 255 is that of the owner of the addresses, which does not begin as BACKUP",
			"write a priority from 1 to 254")
	}
}
