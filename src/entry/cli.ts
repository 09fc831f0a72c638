// The command line.

process.stdout.write('usage: meshscope run | validate | conformance\n');
