package conf

import (
	"strings"

	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// routeBlock is the block of virtual_routes and static_routes.
func routeBlock[O any](path string, at func(*O) *[]Route) *schema.Block {
	return &schema.Block{Path: path, Item: &schema.Item{
		Head: schema.Keyword{Name: "DESTINATION", Doc: "route to that destination",
			Field: schema.Field{Form: "[TYPE] PREFIX|default", Min: 1, Max: 2, Take: takeDestination,
				Read:  func(c *schema.Context, obj any, words []word) { readDestination(c, obj.(*Route), words) },
				Print: func(obj any) [][]string { return obj.(*Route).destinationWords() }}},
		Options: routeOptions(strings.HasPrefix(path, "static")),
		Begin:   func(*schema.Context, any, *syntax.Statement) any { return &Route{} },
		End: func(c *schema.Context, obj, item any, s *syntax.Statement, ok bool) {
			if r := item.(*Route); r.finish(c, s.Words[0], ok) {
				list := at(obj.(*O))
				*list = append(*list, *r)
			}
		},
		Each: each(at),
	}}
}

// routeOptions are the words of a route's line. Next hops are the last, and are
// printed so.
func routeOptions(static bool) []schema.Keyword {
	list := []schema.Keyword{
		routeOption("to", "keyword", "route to the destination behind it", takeNone, func(*schema.Context, *Route, []word) {}, nil),
		routeOption("inet", "flag", "take the route for IPv4", takeNone, readFamily, nil),
		routeOption("inet6", "flag", "take the route for IPv6", takeNone, readFamily, nil),
		routeOption("src", "IP", "send from that address over the route", takeOne, readRouteSource, func(r *Route) [][]string { return printed(addrText(r.Source)) }),
		routeOption("as", "[to] IP", "send to the other destination", takeAs, readAs, nil),
		routeOption("via", "[inet|inet6] IP", "send over that gateway", takeVia, readRouteVia, func(r *Route) [][]string { return printed(addrText(r.Via)) }),
		routeOption("or", "flag", "send over the second gateway as well", takeOne, readOr, nil),
		routeOption("from", "PREFIX", "route what comes from that prefix", takeOne, readRouteFrom, func(r *Route) [][]string { return printed(addressText(r.From)) }),
		routeOption("tos", "N", "route packets of that TOS", takeOne, identOf(tosNames(), routeTOS), identWords(routeTOS)),
		routeOption("table", "ID|NAME", "put the route into that table", takeOne, identOf(tableNames(), routeTable), identWords(routeTable)),
		routeOption("vrf", "NAME", "put the route into the table of that VRF", takeOne, readVRF, func(r *Route) [][]string { return printed(r.VRF) }),
		routeOption("protocol", "ID|NAME", "mark the route with that protocol", takeOne, identOf(protocolNames(), routeProtocol), protocolWords),
		routeOption("scope", "NAME", "give the route that scope", takeOne, identOf(scopeNames(), routeScope), identWords(routeScope)),
		routeOption("metric", "N", "give the route that metric", takeOne, readRouteMetric, func(r *Route) [][]string { return number(uint64(r.Metric)) }),
		routeOption("dev", "IFNAME", "send over that interface", takeOne, readRouteDevice, func(r *Route) [][]string { return printed(r.Interface) }),
		routeOption("onlink", "flag", "take the gateway for reachable", takeNone, func(_ *schema.Context, r *Route, _ []word) { r.OnLink = true }, func(r *Route) [][]string { return flagged(r.OnLink) }),
		routeOption("encap", "ip|ip6|mpls|ila ...", "send through that tunnel", takeEncap, readRouteEncap, func(r *Route) [][]string { return r.Encap.printed() }),
		routeOption("expires", "N", "let the route end after that many seconds", takeOne, readExpires, expiresWords),
		routeOption("realms", "[FROM/]TO", "give the route those realms", takeOne, readRouteRealms, func(r *Route) [][]string { return printed(r.Realms.text()) }),
		routeOption("pref", "low|medium|high", "announce that preference of the route", takeOne, choiceOf(func(r *Route) *string { return &r.Pref }, "low", "medium", "high"), func(r *Route) [][]string { return printed(r.Pref) }),
		routeOption("ttl-propagate", "enabled|disabled", "copy the TTL between MPLS and IP", takeOne, choiceOf(func(r *Route) *string { return &r.TTLPropagate }, "enabled", "disabled"), func(r *Route) [][]string { return printed(r.TTLPropagate) }),
		routeOption("features", "ecn", "use that feature over the route", takeOne, readFeatures, featuresWords),
		routeOption("congctl", "[lock] NAME", "use that congestion control over the route", takeLock, readCongestion, congestionWords),
		routeOption("no_track", "flag", "overlook the loss of the route", takeNone, func(_ *schema.Context, r *Route, _ []word) { r.NoTrack = true }, func(r *Route) [][]string { return flagged(r.NoTrack) }),
		routeGroup(static),
	}
	for _, op := range []string{"add", "prepend", "append"} {
		list = append(list, operationOption(op))
	}
	for _, k := range metricKinds() {
		list = append(list, k.row())
	}
	for i := range list {
		switch k := &list[i]; k.Name {
		case "via":
			k.Aliases = []string{"gw"}
		case "tos":
			k.Aliases = []string{"dsfield"}
		case "metric":
			k.Aliases = []string{"priority", "preference"}
		case "dev":
			k.Aliases = []string{"oif"}
		}
	}
	return append(list, routeOption("nexthop", "via|dev|weight|onlink|encap|realms|as ...", "share the traffic with that gateway", takeHop, readHop, hopWords))
}

// routeOption is a row of an option of a route. What is read gets the option
// and as many words as it takes, at least one unless it takes none.
func routeOption(name, form, doc string, take func([]word) int, read func(*schema.Context, *Route, []word), words func(*Route) [][]string) schema.Keyword {
	f := schema.Field{Form: form, Max: -1, Take: take, Read: func(c *schema.Context, obj any, words []word) {
		obj.(*Route).option(c, words, take(nil) > 0, read)
	}}
	if words != nil {
		f.Print = func(obj any) [][]string { return words(obj.(*Route)) }
	}
	return schema.Keyword{Name: name, Doc: doc, Many: name == "nexthop", Field: f}
}

func operationOption(op string) schema.Keyword {
	return routeOption(op, "flag", op+" the route to others with its destination", takeNone,
		func(_ *schema.Context, r *Route, _ []word) { r.Operation = op },
		func(r *Route) [][]string { return flagged(r.Operation == op && op != r.defaultOperation()) })
}

func routeGroup(static bool) schema.Keyword {
	k := routeOption("track_group", "NAME", "have the instances of that group notice the loss", takeOne,
		func(c *schema.Context, r *Route, words []word) {
			r.TrackGroup = readTrackGroup(c, r.TrackGroup, words[0], words[1])
		}, func(r *Route) [][]string { return printed(r.TrackGroup) })
	k.Many, k.Field = true, only(static, "static routes", k.Field)
	return k
}

func takeNone([]word) int { return 0 }
func takeOne([]word) int  { return 1 }
