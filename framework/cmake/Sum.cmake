# cmake -DOF=FILE -P Sum.cmake: writes FILE.sum. Nothing where there is no such file (another compiler's way of
# precompiling, or none).
if(EXISTS ${OF})
  file(SHA1 ${OF} sum)
endif()
file(WRITE ${OF}.sum "${sum}\n")
