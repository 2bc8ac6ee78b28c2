package diag

import "slices"

// Code names a kind of diagnostic for good: scripts and docs/diagnostics.md
// rely on it. It says what is wrong, in lower case with hyphens.
type Code string

// Rule is what there is to say of every diagnostic of a code.
type Rule struct {
	Code  Code
	Title string // what is wrong, in general
	Why   string // what keepalived or vipd does with it, and what to do
	// Example is lines that have it; empty where that would be long.
	Example string
}

// Rules returns a rule for each code, in the order of this file.
func Rules() []Rule {
	return slices.Concat(syntaxRules(), keywordRules(), nameRules(), vrrpRules(), trackRules(), serverRules(), lineRules(), wayRules())
}

// The codes of files and their syntax.
const (
	UnreadableFile     Code = "unreadable-file"
	EmptyConfig        Code = "empty-configuration"
	TooManyDiagnostics Code = "too-many-diagnostics"
	UnclosedQuote      Code = "unclosed-quote"
	Unbalanced         Code = "unbalanced-brace"
	NestedDeep         Code = "nested-too-deep"
	LongLine           Code = "line-too-long"
	BadByte            Code = "bad-byte"
	BadInclude         Code = "include-failed"
	IncludeLoop        Code = "include-loop"
	BadDefinition      Code = "bad-definition"
	UndefinedName      Code = "undefined-variable"
	BadCondition       Code = "bad-condition"
	CommentInValue     Code = "comment-in-value"
	BadSequence        Code = "bad-sequence"
	TooMuch            Code = "expansion-too-large"
	TextAfter          Code = "text-after-brace"
	ForeignSyntax      Code = "foreign-syntax"
)

// The codes of keywords and their words.
const (
	UnknownKeyword    Code = "unknown-keyword"
	MisplacedKeyword  Code = "misplaced-keyword"
	MissingWord       Code = "missing-argument"
	ExtraWord         Code = "extra-argument"
	MissingBlock      Code = "missing-block"
	ExtraBlock        Code = "unexpected-block"
	EmptyBlock        Code = "empty-block"
	Repeated          Code = "repeated-keyword"
	DeprecatedKeyword Code = "deprecated-keyword"
	NewerKeyword      Code = "newer-keyword"
	BadNumber         Code = "bad-number"
	OutOfRange        Code = "out-of-range"
	Rounded           Code = "rounded-value"
	BadChoice         Code = "bad-choice"
	BadAddress        Code = "bad-address"
	BadFamily         Code = "wrong-family"
	BadText           Code = "bad-text"
	TooLong           Code = "text-too-long"
	BadCommand        Code = "bad-command"
	AcceptedKeyword   Code = "accepted-keyword"
	RefusedKeyword    Code = "refused-keyword"
	MissingFeature    Code = "missing-feature"
	DefaultAssumed    Code = "default-assumed"
	NoEffect          Code = "no-effect"
	ClashingLimits    Code = "contradictory-limits"
)

// The codes of names.
const (
	DuplicateName Code = "duplicate-name"
	UnknownName   Code = "unknown-name"
	UnusedName    Code = "unused-name"
	UsedBefore    Code = "used-before-definition"
)

// The codes of VRRP instances and sync groups.
const (
	MissingVRID       Code = "missing-virtual-router-id"
	MissingInterface  Code = "missing-interface"
	UnknownInterface  Code = "unknown-interface"
	LoopbackInterface Code = "loopback-interface"
	VRIDClash         Code = "vrid-clash"
	NoVirtualAddress  Code = "no-virtual-address"
	DuplicateAddress  Code = "duplicate-address"
	MixedFamilies     Code = "mixed-families"
	FirstNotLinkLocal Code = "first-not-link-local"
	TooManyAddresses  Code = "too-many-addresses"
	NetworkAddress    Code = "network-address"
	SilentAddress     Code = "silent-virtual-address"
	VersionClash      Code = "version-clash"
	StrictViolation   Code = "strict-violation"
	OwnerState        Code = "owner-state"
	PreemptOfMaster   Code = "preempt-with-master"
	MissingPassword   Code = "missing-password"
	UnicastNoPeer     Code = "unicast-without-peer"
	PeerIsSelf        Code = "peer-is-self"
	VMACUnicast       Code = "vmac-with-unicast"
	NoPreference      Code = "rule-without-preference"
	EmptyGroup        Code = "empty-group"
	SingleMember      Code = "single-member-group"
	InTwoGroups       Code = "in-two-groups"
)

// The codes of trackers and scripts.
const (
	OwnInterface     Code = "own-interface-tracked"
	WeightOfOwner    Code = "weight-of-owner"
	WeightInGroup    Code = "weight-in-sync-group"
	TimeoutTooLong   Code = "timeout-too-long"
	MissingDirectory Code = "missing-directory"
	UnusableScript   Code = "script-unusable"
	InsecureScript   Code = "script-insecure"
	SecurityOff      Code = "script-security-off"
	UnknownUser      Code = "unknown-user"
	ShellInCommand   Code = "shell-in-command"
	MailIncomplete   Code = "mail-incomplete"
)

// The codes of virtual and real servers.
const (
	NoRealServer      Code = "no-real-server"
	DuplicateService  Code = "duplicate-service"
	DuplicateServer   Code = "duplicate-real-server"
	SorryIsReal       Code = "sorry-server-is-real"
	ServerIsService   Code = "real-server-is-service"
	PortDiffers       Code = "port-differs"
	PortZero          Code = "port-without-persistence"
	SchedulerFlag     Code = "scheduler-flag"
	QuorumTooHigh     Code = "quorum-too-high"
	HysteresisTooHigh Code = "hysteresis-too-high"
	NoChecker         Code = "no-checker"
	MissingURL        Code = "missing-url"
	BadDigest         Code = "bad-digest"
	BadPattern        Code = "bad-pattern"
)

// The codes of objects that are read line by line.
const (
	MissingKeyword Code = "missing-keyword" // an object lacks what it is made of
	NotTracked     Code = "not-tracked"     // the loss of a route or rule changes no state
)

// The codes of ways to real servers and to what is checked.
const (
	CheckWithoutPort Code = "check-without-port" // a check goes to port 0
	TunnelOptions    Code = "tunnel-options"     // options of TUN that contradict each other
	OddNetmask       Code = "odd-netmask"        // a mask that is not of a network
)
