package conf

import "github.com/viplab/viplab/daemon/conf/schema"

// tracks are the lists of what an object of type O tracks.
type tracks[O any] struct {
	interfaces, scripts, files, processes, bfds func(*O) *[]Track
}

func instanceTrackRows() []schema.Keyword {
	at := tracks[Instance]{
		func(i *Instance) *[]Track { return &i.TrackInterfaces }, func(i *Instance) *[]Track { return &i.TrackScripts },
		func(i *Instance) *[]Track { return &i.TrackFiles }, func(i *Instance) *[]Track { return &i.TrackProcesses },
		func(i *Instance) *[]Track { return &i.TrackBFDs },
	}
	return trackRows("vrrp_instance", at, "weight 0", "script weight", "file weight", "object weight", "object weight")
}

// The highest weights: what files and processes add may be more than what is
// only up or down.
const (
	maxWeight      = 253
	maxCountWeight = 254
)

// trackRows are the blocks of an instance or a group that track something. Those
// of a group have no default of their own in the reference.
func trackRows[O any](path string, at tracks[O], otherwise ...string) []schema.Keyword {
	row := func(n int, name, words, doc string, limit int, list func(*O) *[]Track) schema.Keyword {
		k := schema.Keyword{Name: name, Many: true, Doc: doc, Field: schema.Field{Form: "block: " + words + " [weight W [reverse]]"},
			Block: trackBlock(path+"/"+name, limit, list)}
		if len(otherwise) > 0 {
			k.Else = otherwise[n]
		}
		return k
	}
	return []schema.Keyword{
		row(0, "track_interface", "IFNAME", "follow the state of the interfaces", maxWeight, at.interfaces),
		row(1, "track_script", "NAME", "follow the results of the scripts", maxWeight, at.scripts),
		row(2, "track_file", "NAME", "follow the numbers in the files", maxCountWeight, at.files),
		row(3, "track_process", "NAME", "follow the processes", maxCountWeight, at.processes),
		row(4, "track_bfd", "NAME", "follow the BFD sessions", maxWeight, at.bfds),
	}
}
