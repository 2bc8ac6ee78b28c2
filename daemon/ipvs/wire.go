package ipvs

// What follows is of linux/ip_vs.h, linux/genetlink.h.

const (
	familyName    = "IPVS"
	familyVersion = 1
	genlHeader    = 4 // bytes of struct genlmsghdr
)

// Commands of the family.
const (
	cmdNewService uint8 = 1 + iota
	cmdSetService
	cmdDelService
	cmdGetService
	cmdNewDest
	cmdSetDest
	cmdDelDest
	cmdGetDest
	cmdNewDaemon
	cmdDelDaemon
	cmdGetDaemon
	cmdSetConfig
	cmdGetConfig
	_ // SET_INFO
	_ // GET_INFO
	cmdZero
	cmdFlush
)

// Attributes of a command.
const (
	attrService uint16 = 1 + iota
	attrDest
	attrDaemon
	attrTimeoutTCP
	attrTimeoutTCPFin
	attrTimeoutUDP
)

// Attributes of a service.
const (
	svcFamily uint16 = 1 + iota
	svcProtocol
	svcAddress
	svcPort
	svcMark
	svcScheduler
	svcFlags
	svcTimeout
	svcNetmask
	_ // STATS, with 32 bits
	svcEngine
	svcStats64
)

// Attributes of a destination, which is a real server.
const (
	destAddress uint16 = 1 + iota
	destPort
	destForward
	destWeight
	destUpper
	destLower
	destActive
	destInactive
	destPersistent
	_ // STATS, with 32 bits
	destFamily
	destStats64
	destTunnel
	destTunnelPort
	destTunnelFlags
)

// Attributes of the statistics with 64 bits.
const (
	statConnections uint16 = 1 + iota
	statPacketsIn
	statPacketsOut
	statBytesIn
	statBytesOut
	statConnectionRate
	statPacketRateIn
	statPacketRateOut
	statByteRateIn
	statByteRateOut
)

// Attributes of a sync daemon, and its states.
const (
	daemonState uint16 = 1 + iota
	daemonInterface
	daemonSyncID
	daemonMaxLen
	daemonGroup
	daemonGroup6
	daemonPort
	daemonTTL

	stateMaster uint32 = 1
	stateBackup uint32 = 2
)

// Forwarding methods (IP_VS_CONN_F_FWD_MASK and below).
const (
	forwardMask   uint32 = 7
	forwardNAT    uint32 = 0
	forwardTunnel uint32 = 2
	forwardRoute  uint32 = 3
)
