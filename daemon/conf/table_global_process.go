package conf

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// maxProcessName is the longest name of a process: TASK_COMM_LEN less its NUL
// (linux/sched.h).
const maxProcessName = 15

// maxCPU is the highest CPU that a set of the C library has: CPU_SETSIZE - 1.
const maxCPU = 1023

// processRows are the words about the daemon's processes.
func processRows() []schema.Keyword {
	vrrp := func(g *Global) *Process { return &g.Processes.VRRP }
	checker := func(g *Global) *Process { return &g.Processes.Checker }
	bfd := func(g *Global) *Process { return &g.Processes.BFD }
	return slices.Concat([]schema.Keyword{
		on("process_names", "give its processes names that tell them apart", func(g *Global) *bool { return &g.ProcessNames }),
		{Name: "process_name", Default: "keepalived", Doc: "give its process that name", Field: processNameField(func(g *Global) *string { return &g.ProcessName })},
		{Name: "max_auto_priority", Default: "0 (off); 99 if bare", Doc: "raise its own priority up to that when timers are late", Field: maxAutoField()},
		{Name: "min_auto_priority_delay", Default: "1000000", Doc: "raise its priority when a timer is so late",
			Field: wholeMicros("INT 1-10000000 us", 1, 10_000_000, func(g *Global) *time.Duration { return &g.Processes.MinAutoDelay })},
	}, childRows("vrrp", "vrrp", "VRRP", vrrp), childRows("checker", "lvs", "checker", checker),
		[]schema.Keyword{{Name: "lvs_process_name", Same: "checker_process_name", Instead: "checker_process_name",
			Doc: "give the checker process that name", Field: processNameField(func(g *Global) *string { return &checker(g).Name })}},
		childRows("bfd", "bfd", "BFD", bfd))
}

// childRows are the words about one child, which begin with prefix; short is what
// its default name ends with.
func childRows(prefix, short, who string, at func(*Global) *Process) []schema.Keyword {
	limit := schema.Keyword{Name: prefix + "_rlimit_rttime", Default: "10000", Doc: "bound the time that the real-time " + who + " process runs without a pause",
		Field: wholeMicros("INT us", 1, math.MaxUint32, func(g *Global) *time.Duration { return &at(g).RTTime })}
	old := limit
	old.Name, old.Default, old.Same, old.Instead = prefix+"_rlimit_rtime", "", limit.Name, limit.Name
	name := "keepalived_" + short
	return []schema.Keyword{
		{Name: prefix + "_process_name", Else: name + " when process_names", Doc: "give the " + who + " process that name",
			Field: processNameField(func(g *Global) *string { return &at(g).Name }),
			Fill: func(_, obj any) {
				if g := obj.(*Global); g.ProcessNames {
					at(g).Name = name
				}
			}},
		{Name: prefix + "_priority", Default: "0", Doc: "give the " + who + " process that nice value",
			Field: schema.Int(-20, 19, func(g *Global) *int { return &at(g).Nice })},
		on(prefix+"_no_swap", "lock the memory of the "+who+" process", func(g *Global) *bool { return &at(g).NoSwap }),
		{Name: prefix + "_rt_priority", Else: "unset", Doc: "run the " + who + " process in real time",
			Field: realTimeField(func(g *Global) *int { return &at(g).RTPriority })},
		{Name: prefix + "_cpu_affinity", Else: "unset", Doc: "run the " + who + " process on those CPUs only",
			Field: cpuField(func(g *Global) *[]int { return &at(g).CPUs })},
		limit, old,
	}
}

// processNameField cuts a name that the kernel would cut.
func processNameField(at func(*Global) *string) schema.Field {
	f := schema.String(at).As("STRING <=15")
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		name := words[1].Text
		if len(name) > maxProcessName {
			name = name[:maxProcessName]
			c.Errorf(diag.TooLong, words[1], "%s: a process name has at most %d bytes; it becomes %q", words[0].Text, maxProcessName, name)
		}
		*at(obj.(*Global)) = name
	}
	return f
}

// maxAutoField is a priority, by default the highest.
func maxAutoField() schema.Field {
	f := schema.Int(-1, 99, func(g *Global) *int { return &g.Processes.MaxAuto }).As("INT -1..99 optional")
	read := f.Read
	f.Min = 0
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		if len(words) > 1 {
			read(c, obj, words)
			return
		}
		obj.(*Global).Processes.MaxAuto = 99
	}
	return f
}

// realTimeField takes the nearest priority there is, with an error.
func realTimeField(at func(*Global) *int) schema.Field {
	f := schema.Int(1, 99, at)
	read := f.Read
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		n, err := strconv.Atoi(words[1].Text)
		if near := min(max(n, 1), 99); err == nil && near != n {
			c.Errorf(diag.OutOfRange, words[1], "%s %d is not from 1 to 99; %d is taken", words[0].Text, n, near)
			*at(obj.(*Global)) = near
			return
		}
		read(c, obj, words)
	}
	return f
}

// cpuField is a list of CPUs. Which of them there are is checked with the host.
func cpuField(at func(*Global) *[]int) schema.Field {
	return schema.Field{Form: "list of CPU ids", Kind: schema.List, Min: 1, Max: -1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			var list []int
			for _, w := range words[1:] {
				switch n, err := strconv.Atoi(w.Text); {
				case err != nil:
					c.Errorf(diag.BadNumber, w, "%s: %q is not the number of a CPU; it is passed over", words[0].Text, w.Text)
				case n < 0 || n > maxCPU:
					c.Errorf(diag.OutOfRange, w, "%s: CPU %d is not from 0 to %d; it is passed over", words[0].Text, n, maxCPU)
				case !slices.Contains(list, n):
					list = append(list, n)
				}
			}
			if list == nil {
				c.Reject()
				return
			}
			*at(obj.(*Global)) = list
		},
		Print: func(obj any) [][]string {
			var words []string
			for _, n := range *at(obj.(*Global)) {
				words = append(words, strconv.Itoa(n))
			}
			if words == nil {
				return nil
			}
			return [][]string{words}
		}}
}
