//go:build race

package checkd_test

const raceDetector = true
