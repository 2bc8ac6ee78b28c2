package conf

import "reflect"

// Equal reports whether a and b ask for the same address, wherever the file says
// so.
func (a Address) Equal(b Address) bool {
	a.Origin, b.Origin = Origin{}, Origin{}
	return reflect.DeepEqual(a, b)
}
