//go:build race

package test

// raceDetector tells that the tests were built with -race; the program under
// test is then built so too.
const raceDetector = true
