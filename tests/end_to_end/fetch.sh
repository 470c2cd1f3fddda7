#!/usr/bin/env bash
# ./saddle fetch: what there is, what is here already, and what there is not. (Nothing is fetched: there may be no network.)
set -euo pipefail
export SADDLE_HOME=$PWD/home
launcher=$SADDLE_SOURCE/saddle

"$launcher" fetch >list.txt
for name in digits pbmc68k chlamydia; do grep -q "^$name " list.txt; done

status=0
"$launcher" fetch pbmc69k 2>said.txt || status=$?
[[ $status == 2 ]] && grep -q 'no data set pbmc69k to fetch; there are:' said.txt && grep -q 10x_pbmc68k_reduced.h5ad said.txt

mkdir -p home/data
: >home/data/10x_pbmc68k_reduced.h5ad
"$launcher" fetch pbmc68k 2>said.txt
grep -q 'pbmc68k is here' said.txt

# Of several files all must be here, but of an experiment only those that it names.
(
  root=$SADDLE_SOURCE
  # shellcheck source=framework/cmake/setup.sh
  source "$root/framework/cmake/setup.sh"
  unset SADDLE_DATA
  genome=ct.gbk.gz,ct.fasta.gz
  : >home/data/ct.gbk.gz
  echo 'base: {data: {use: genbank, path: ct.gbk.gz}}' >genes.yaml
  echo 'base: {data: {use: fasta, path: ct.fasta.gz}}' >letters.yaml
  if has_all_data $genome || misses_data genes.yaml $genome; then exit 1; fi
  misses_data letters.yaml $genome
  : >home/data/ct.fasta.gz
  has_all_data $genome
  if misses_data letters.yaml $genome; then exit 1; fi
)
