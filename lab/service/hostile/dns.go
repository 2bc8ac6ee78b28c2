package hostile

import (
	"fmt"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/viplab/viplab/lab/topology"
)

// resolve answers a query of DNS (RFC 1035): every name has an SOA and an
// address. The answer is nil to what is no query.
func resolve(asked []byte, at func(string) topology.Manner) (question string, answer []byte, m topology.Manner) {
	var p dnsmessage.Parser
	head, err := p.Start(asked)
	if err != nil {
		return "no query: " + err.Error(), nil, at("")
	}
	q, err := p.Question()
	if err != nil {
		return "no question: " + err.Error(), nil, at("")
	}
	m = at(strings.TrimSuffix(q.Name.String(), "."))
	question = fmt.Sprintf("%s %s", strings.TrimPrefix(q.Type.String(), "Type"), q.Name)
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: head.ID, Response: true, RecursionDesired: head.RecursionDesired, RecursionAvailable: true},
		Questions: []dnsmessage.Question{q},
	}
	switch m.Do {
	case topology.Status:
		reply.RCode = dnsmessage.RCode(m.Status)
	case topology.Mistaken:
		reply.ID++
		fallthrough
	default:
		reply.Answers = []dnsmessage.Resource{record(q)}
	}
	if answer, err = reply.Pack(); err != nil {
		return question + ": " + err.Error(), nil, m
	}
	return question, answer, m
}

func record(q dnsmessage.Question) dnsmessage.Resource {
	h := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 60}
	if q.Type == dnsmessage.TypeA {
		return dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}}}
	}
	return dnsmessage.Resource{Header: h, Body: &dnsmessage.SOAResource{
		NS: q.Name, MBox: q.Name, Serial: 1, Refresh: 3600, Retry: 600, Expire: 86400, MinTTL: 60,
	}}
}
