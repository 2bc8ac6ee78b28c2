package dnscheck

import (
	"fmt"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// typeOf knows the types of conf.DNSProbe by name.
func typeOf(name string) (dnsmessage.Type, bool) {
	t, ok := map[string]dnsmessage.Type{
		"A": dnsmessage.TypeA, "NS": dnsmessage.TypeNS, "CNAME": dnsmessage.TypeCNAME, "SOA": dnsmessage.TypeSOA,
		"MX": dnsmessage.TypeMX, "TXT": dnsmessage.TypeTXT, "AAAA": dnsmessage.TypeAAAA, "RRSIG": 46, "DNSKEY": 48,
	}[name]
	return t, ok
}

// question is a query with recursion desired.
func question(id uint16, kind, name string) ([]byte, error) {
	t, ok := typeOf(kind)
	if !ok {
		return nil, fmt.Errorf("DNS type %q is unknown", kind)
	}
	if !strings.HasSuffix(name, ".") {
		name += "."
	}
	n, err := dnsmessage.NewName(name)
	if err != nil {
		return nil, fmt.Errorf("DNS name %q: %w", name, err)
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: n, Type: t, Class: dnsmessage.ClassINET}},
	}
	query, err := m.Pack()
	if err != nil {
		return nil, fmt.Errorf("DNS name %q: %w", name, err)
	}
	return query, nil
}

// judge looks at a datagram. It reports whether it is the answer to the query id, and
// what is wrong with that.
func judge(datagram []byte, id uint16) (answer bool, err error) {
	var p dnsmessage.Parser
	h, perr := p.Start(datagram)
	if perr != nil || !h.Response || h.ID != id {
		return false, nil
	}
	if h.RCode != dnsmessage.RCodeSuccess {
		return true, fmt.Errorf("DNS rcode %d (%s)", h.RCode, strings.TrimPrefix(h.RCode.String(), "RCode"))
	}
	return true, nil
}
