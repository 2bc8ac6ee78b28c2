//go:build !race

package syncd

const raceDetector = false
