package conf

import (
	"slices"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// addressRows are what a Master has.
func addressRows() []schema.Keyword {
	list := func(what string) schema.Field { return schema.Field{Form: "block of " + what + " lines"} }
	advertised := list("address")
	advertised.End = oneFamily
	return []schema.Keyword{
		{Name: "virtual_ipaddress", Many: true, Doc: "hold the addresses and advertise them", Field: advertised,
			Block: addressBlock("vrrp_instance/virtual_ipaddress", func(i *Instance) *[]Address { return &i.Addresses })},
		{Name: "virtual_ipaddress_excluded", Many: true, Doc: "hold the addresses without advertising them",
			Field: list("address"),
			Block: addressBlock("vrrp_instance/virtual_ipaddress_excluded", func(i *Instance) *[]Address { return &i.Excluded })},
		{Name: "no_virtual_ipaddress", Else: "off", Newer: true, Doc: "run without an address",
			Field: schema.Flag(true, func(i *Instance) *bool { return &i.NoAddresses })},
		flagRow("promote_secondaries", "off", "keep secondary addresses when their primary is removed",
			func(i *Instance) *bool { return &i.PromoteSecondaries }),
		{Name: "virtual_routes", Many: true, Doc: "add the routes as Master", Field: list("route"),
			Block: routeBlock("vrrp_instance/virtual_routes", func(i *Instance) *[]Route { return &i.Routes })},
		{Name: "virtual_rules", Many: true, Doc: "add the rules as Master", Field: list("rule"),
			Block: ruleBlock("vrrp_instance/virtual_rules", func(i *Instance) *[]Rule { return &i.Rules })},
		{Name: "accept", Else: "on unless strict", Doc: "answer on its addresses", Field: schema.Flag(true, func(i *Instance) *bool { return &i.Accept }),
			Fill: settled},
		{Name: "no_accept", Else: "off", Doc: "drop what is sent to its addresses",
			Field: schema.Flag(false, func(i *Instance) *bool { return &i.Accept })},
	}
}

// oneFamily drops the addresses of a family that lines before them have ruled
// out. Those of one block agree already.
func oneFamily(c *schema.Context, obj any, _ *syntax.Statement) {
	i := obj.(*Instance)
	i.Addresses = slices.DeleteFunc(i.Addresses, func(a Address) bool {
		if i.Family == 0 {
			i.Family = familyOf(a.Prefix.Addr())
		}
		if i.Family == familyOf(a.Prefix.Addr()) {
			return false
		}
		c.Report(diag.Diagnostic{Span: diag.Span{Pos: a.Pos}, Severity: diag.Error, Code: diag.MixedFamilies,
			Text: addressText(a.Prefix) + " is not of the instance's family, which lines before it decide; it is passed over",
			Help: "it belongs in virtual_ipaddress_excluded"})
		return true
	})
}
