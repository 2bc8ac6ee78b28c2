package expect

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Errors of an Item that is not exactly one expectation.
var (
	ErrNoExpectation   = errors.New("no expectation given")
	ErrTwoExpectations = errors.New("more than one expectation given")
)

// choice is an expectation of an item with the word that names it in a scenario.
type choice struct {
	word string
	e    Expectation
}

func (i Item) choices() []choice {
	all := []choice{
		{"master", i.Master}, {"vip", i.VIP}, {"arp", i.ARP}, {"garp", i.GARP},
		{"adverts", i.Adverts}, {"takeover", i.Takeover}, {"single-master", i.SingleMaster},
		{"neighbour", i.Neighbour}, {"calm", i.Calm},
		{"http", i.HTTP}, {"ping", i.Ping}, {"ipvs", i.IPVS}, {"log", i.Log},
		{"mail", i.Mail}, {"process", i.Process}, {"file", i.File},
		{"outage", i.Outage}, {"script", i.Script}, {"server", i.Server},
		{"attempts", i.Attempts},
	}
	var given []choice
	for _, c := range all {
		if !reflect.ValueOf(c.e).IsNil() {
			given = append(given, c)
		}
	}
	return given
}

func (i Item) choice() (choice, error) {
	given := i.choices()
	switch len(given) {
	case 0:
		return choice{}, ErrNoExpectation
	case 1:
		return given[0], nil
	}
	words := make([]string, len(given))
	for n, c := range given {
		words[n] = c.word
	}
	return choice{}, fmt.Errorf("%w: %s", ErrTwoExpectations, strings.Join(words, ", "))
}

// Expectation returns the one expectation of i, else ErrNoExpectation or
// ErrTwoExpectations.
func (i Item) Expectation() (Expectation, error) {
	c, err := i.choice()
	return c.e, err
}

// Word names i's expectation as a scenario file does: "takeover". It is the id
// of its checks where no requirement is; empty if i is not one expectation.
func (i Item) Word() string {
	c, err := i.choice()
	if err != nil {
		return ""
	}
	return c.word
}

// Describe returns i's title, or what its expectation says of itself.
func (i Item) Describe() string {
	if i.Title != "" {
		return i.Title
	}
	c, err := i.choice()
	if err != nil {
		return err.Error()
	}
	return c.e.Title()
}

// Judge judges i's expectation. Where it gives several checks, i.ID and i.Title
// belong to the first, and i.Title stands before the others' own.
func (i Item) Judge(r *Run, w Window) []Check {
	c, err := i.choice()
	if err != nil {
		return []Check{{ID: cmp.Or(i.ID, "expectation"), Title: i.Title, Verdict: Error, Got: err.Error(), At: w.To}}
	}
	checks := c.e.Judge(r, w)
	for n := range checks {
		check := &checks[n]
		switch {
		case n == 0:
			check.ID = cmp.Or(i.ID, check.ID)
			check.Title = cmp.Or(i.Title, check.Title)
		case i.Title != "":
			check.Title = i.Title + ": " + check.Title
		}
	}
	return checks
}
