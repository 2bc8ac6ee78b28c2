package conf

import (
	"iter"
	"math"
	"time"

	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// networkRoot are the root blocks of addresses, routes, rules and interfaces.
func networkRoot() []schema.Keyword {
	return []schema.Keyword{
		trackGroupRow(),
		{Name: "static_ipaddress", Many: true, Doc: "hold addresses as long as it runs", Field: lines("block of address lines"),
			Block: addressBlock("static_ipaddress", func(c *Config) *[]Address { return &c.StaticAddresses })},
		{Name: "static_routes", Many: true, Doc: "hold routes as long as it runs", Field: lines("block of route lines"),
			Block: routeBlock("static_routes", func(c *Config) *[]Route { return &c.StaticRoutes })},
		{Name: "static_rules", Many: true, Doc: "hold policy rules as long as it runs", Field: lines("block of rule lines"),
			Block: ruleBlock("static_rules", func(c *Config) *[]Rule { return &c.StaticRules })},
		garpGroupRow(),
		{Name: "linkbeat_interfaces", Many: true, Doc: "poll interfaces for their carrier", Field: lines("block: IFNAME [MII|ETHTOOL|IOCTL]"),
			Block: linkbeatBlock()},
		{Name: "interface_up_down_delays", Many: true, Doc: "wait before a change of a link counts", Else: "UP=DOWN",
			Field: lines("block: IFNAME DOWN [UP] (0-255 s decimal)"), Block: debounceBlock()},
	}
}

// lines is the Field of a keyword whose block has lines and no keywords.
func lines(form string) schema.Field { return schema.Field{Form: form} }

func trackGroupRow() schema.Keyword {
	b := &schema.Block{Path: "track_group", New: func() any { return &TrackGroup{} }, Keywords: []schema.Keyword{
		{Name: "group", Doc: "have those instances follow static objects", Field: schema.Field{Form: "block list of instance names", End: endGroupList},
			Block: nameBlock("track_group/group", "INSTANCE", "have that instance follow static objects", func(g *TrackGroup) *[]string { return &g.Instances }, addMember)},
	}}
	f := objects("STRING name + block", b, func(c *Config) *[]*TrackGroup { return &c.TrackGroups }, func(g *TrackGroup) *string { return &g.Name }, endTrackGroup)
	return schema.Keyword{Name: "track_group", Many: true, Doc: "have instances follow static objects", Field: f, Block: b}
}

func garpGroupRow() schema.Keyword {
	const longest = math.MaxInt32 * time.Microsecond
	b := &schema.Block{Path: "garp_group", New: func() any { return &GARPGroup{} }, Keywords: []schema.Keyword{
		{Name: "garp_interval", Doc: "keep gratuitous ARPs that far apart", Default: "0",
			Field: seconds("SECONDS decimal", 0, longest, func(g *GARPGroup) *time.Duration { return &g.GARPInterval })},
		{Name: "gna_interval", Doc: "keep unsolicited neighbour adverts that far apart", Default: "0",
			Field: seconds("SECONDS decimal", 0, longest, func(g *GARPGroup) *time.Duration { return &g.GNAInterval })},
		{Name: "interface", Many: true, Doc: "pace that interface", Field: schema.Field{Form: "STRING ifname", Min: 1, Max: 1,
			Read: func(c *schema.Context, obj any, words []word) { addPaced(c, obj.(*GARPGroup), words[1]) }}},
		{Name: "interfaces", Many: true, Doc: "pace those interfaces together", Field: schema.Field{Form: "block list of ifnames", End: endInterfaceList},
			Block: nameBlock("garp_group/interfaces", "IFNAME", "pace that interface", func(g *GARPGroup) *[]string { return &g.Interfaces }, addPaced)},
	}}
	return schema.Keyword{Name: "garp_group", Many: true, Doc: "pace gratuitous ARP of interfaces", Block: b, Field: schema.Field{Form: "block",
		Begin: func(*schema.Context, any, *syntax.Statement) any { return schema.New[GARPGroup](b) },
		End:   endGARPGroup,
		Each: func(obj any) iter.Seq2[[]string, any] {
			return func(yield func([]string, any) bool) {
				for _, g := range obj.(*Config).GARPGroups {
					if !yield(nil, g) {
						return
					}
				}
			}
		}}}
}

// nameLine is a line of names.
type nameLine struct{ names []word }

// nameBlock is a block whose lines are names, one or more a line. Each is given
// to add; at is where they are.
func nameBlock[O any](path, what, doc string, at func(*O) *[]string, add func(c *schema.Context, o *O, w word)) *schema.Block {
	return &schema.Block{Path: path, Item: &schema.Item{
		Head: schema.Keyword{Name: what, Unlisted: true, Doc: doc, Field: schema.Field{Form: "STRING", Min: 1, Max: -1,
			Take:  func(rest []word) int { return len(rest) },
			Read:  func(_ *schema.Context, obj any, words []word) { obj.(*nameLine).names = words[1:] },
			Print: func(obj any) [][]string { return printed(obj.(*nameLine).names[0].Text) }}},
		HeadFirst: true,
		Begin:     func(*schema.Context, any, *syntax.Statement) any { return &nameLine{} },
		End: func(c *schema.Context, obj, item any, _ *syntax.Statement, _ bool) {
			for _, w := range item.(*nameLine).names {
				add(c, obj.(*O), w)
			}
		},
		Each: func(obj any) iter.Seq[any] {
			return func(yield func(any) bool) {
				for _, name := range *at(obj.(*O)) {
					if !yield(&nameLine{[]word{{Text: name}}}) {
						return
					}
				}
			}
		}}}
}
